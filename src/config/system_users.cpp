// SPDX-License-Identifier: Apache-2.0
#include "config/system_users.hpp"

#include "config/diagnostic.hpp"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <functional>
#include <optional>
#include <system_error>
#include <vector>

namespace healer::config {
namespace {

constexpr std::size_t kLargestRecord = std::size_t{1} << 20U;

std::vector<gid_t> groupsOf(const char* name, gid_t primary) {
    std::vector<gid_t> groups(16);
    for (;;) {
        int count = static_cast<int>(groups.size());
        if (getgrouplist(name, primary, groups.data(), &count) >= 0) {
            groups.resize(static_cast<std::size_t>(count));
            break;
        }
        groups.resize(std::max(static_cast<std::size_t>(count), groups.size() * 2));
    }
    std::sort(groups.begin(), groups.end());
    groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
    return groups;
}

std::string textOf(const char* text) {
    return text == nullptr ? std::string() : std::string(text);
}

/// Calls one of the getpw*_r functions with a buffer that is large enough. Nothing if there is no such
/// account.
using Query = std::function<int(passwd* entry, char* buffer, std::size_t size, passwd** found)>;
core::Result<std::optional<core::User>> query(const Query& ask) {
    std::vector<char> buffer(1024);
    passwd entry{};
    passwd* found = nullptr;
    int error = 0;
    while ((error = ask(&entry, buffer.data(), buffer.size(), &found)) == ERANGE || error == EINTR) {
        if (error == ERANGE && buffer.size() >= kLargestRecord) {
            break;
        }
        buffer.resize(error == ERANGE ? buffer.size() * 2 : buffer.size());
    }
    if (found != nullptr) {
        return std::optional(core::User{entry.pw_name, entry.pw_uid, entry.pw_gid,
                                        groupsOf(entry.pw_name, entry.pw_gid), textOf(entry.pw_dir),
                                        textOf(entry.pw_shell)});
    }
    if (error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM) {
        return std::optional<core::User>();
    }
    return core::Error{"the user database cannot be read: " + std::generic_category().message(error)};
}

/// A name of digits alone is a UID, as for systemd.
std::optional<uid_t> numberOf(const std::string& text) {
    uid_t uid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), uid);
    const bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(uid) : std::nullopt;
}

} // namespace

core::Result<core::User> findSystemUser(const std::string& name) {
    if (const auto uid = numberOf(name)) {
        auto answer = query([&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
            return getpwuid_r(*uid, entry, buffer, size, found);
        });
        if (!answer) {
            return answer.error();
        }
        if (!*answer) {
            return core::Error{"there is no user with UID " + name};
        }
        return **answer;
    }
    auto answer = query([&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
        return getpwnam_r(name.c_str(), entry, buffer, size, found);
    });
    if (!answer) {
        return answer.error();
    }
    if (!*answer) {
        return core::Error{"there is no user " + quote(name)};
    }
    return **answer;
}

core::User systemUserById(uid_t uid, gid_t group) {
    auto answer = query([&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
        return getpwuid_r(uid, entry, buffer, size, found);
    });
    if (answer && *answer) {
        return **answer;
    }
    return {std::to_string(uid), uid, group, {group}, "/", "/bin/sh"};
}

} // namespace healer::config
