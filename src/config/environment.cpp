// SPDX-License-Identifier: Apache-2.0
#include "config/environment.hpp"

#include "config/system_users.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string_view>
#include <system_error>
#include <utility>

namespace healer::config {
namespace {

FileKind kindOf(mode_t mode) {
    if (S_ISREG(mode)) {
        return FileKind::regular;
    }
    if (S_ISDIR(mode)) {
        return FileKind::directory;
    }
    return S_ISLNK(mode) ? FileKind::symlink : FileKind::other;
}

core::Error whyNot(int error) {
    if (error == ENOENT || error == ENOTDIR) {
        return {"does not exist"};
    }
    return {"cannot be inspected: " + std::generic_category().message(error)};
}

/// With one, the group's permissions are the most that any user in the list has.
bool hasAccessList(const std::string& path, const FileFacts& facts) {
    return facts.kind != FileKind::symlink &&
           getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

/// The first line of a script is cut there by the kernel.
constexpr std::size_t kLongestFirstLine = 256;

std::optional<std::string> interpreterOf(std::string_view start) {
    if (!start.starts_with("#!")) {
        return std::nullopt;
    }
    start = start.substr(0, start.find('\n')).substr(2);
    const auto first = start.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return std::nullopt;
    }
    start.remove_prefix(first);
    return std::string(start.substr(0, start.find_first_of(" \t")));
}

core::Result<FileFacts> look(const std::string& path, int flags) {
    struct stat status {};
    if (fstatat(AT_FDCWD, path.c_str(), &status, flags) != 0) {
        return whyNot(errno);
    }
    FileFacts facts{kindOf(status.st_mode), status.st_mode & 07777U, status.st_uid, {}, status.st_gid};
    facts.accessList = hasAccessList(path, facts);
    if (facts.kind == FileKind::symlink) {
        std::array<char, PATH_MAX> target{};
        const ssize_t length = readlink(path.c_str(), target.data(), target.size());
        if (length < 0) {
            return whyNot(errno);
        }
        facts.linkTarget.assign(target.data(), static_cast<std::size_t>(length));
    }
    return facts;
}

class SystemFiles : public FileProbe {
public:
    [[nodiscard]] core::Result<FileFacts> follow(const std::string& path) const override {
        return look(path, 0);
    }
    [[nodiscard]] core::Result<FileFacts> inspect(const std::string& path) const override {
        return look(path, AT_SYMLINK_NOFOLLOW);
    }
    [[nodiscard]] std::optional<std::string> interpreter(const std::string& path) const override {
        const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0) {
            return std::nullopt;
        }
        std::array<char, kLongestFirstLine> start{};
        const ssize_t length = read(fd, start.data(), start.size());
        close(fd);
        return length <= 0 ? std::nullopt : interpreterOf({start.data(), static_cast<std::size_t>(length)});
    }
};

} // namespace

Environment systemEnvironment() {
    static const SystemFiles kFiles;
    Environment environment{systemUserById(geteuid(), getegid()), findSystemUser, &kFiles};
    if (rlimit limit{}; getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        environment.descriptorLimit = limit.rlim_max;
    }
    return environment;
}

Environment rehearsalEnvironment() {
    Environment environment = systemEnvironment();
    environment.rehearses = true;
    environment.descriptorLimit = Environment{}.descriptorLimit;
    environment.findUser = [](const std::string& name) -> core::Result<core::User> {
        constexpr uid_t kSomeUser = 65534;
        auto known = findSystemUser(name);
        return known ? std::move(known)
                     : core::User{name, kSomeUser, kSomeUser, {kSomeUser}, "/", "/usr/sbin/nologin"};
    };
    return environment;
}

} // namespace healer::config
