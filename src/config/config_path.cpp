// SPDX-License-Identifier: Apache-2.0
#include "config/config_path.hpp"

#include "config/diagnostic.hpp"
#include "config/system_users.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

namespace healer::config {
namespace {

constexpr std::string_view kUserFile = "healer/config.yaml";

std::string absolute(const std::string& path, const SearchFacts& facts) {
    return (std::filesystem::path(facts.currentDirectory) / path).lexically_normal().string();
}

core::Result<std::string> named(const std::string& path, std::string_view by, const SearchFacts& facts) {
    std::string full = absolute(path, facts);
    if (const auto readable = facts.readable(full); !readable) {
        return core::Error{"the configuration file " + quote(full) + " (from " + std::string(by) + ") " +
                               readable.error().message,
                           core::ErrorKind::invalidConfig};
    }
    return full;
}

/// The XDG Base Directory Specification requires a relative value to be ignored.
std::vector<std::string> places(const SearchFacts& facts) {
    std::vector<std::string> found = {absolute("config.yaml", facts), absolute("healer.yaml", facts),
                                      "/etc/healer/config.yaml", "/etc/healer/healer.yaml"};
    const auto add = [&](const std::string& directory) {
        const std::string path = (std::filesystem::path(directory) / kUserFile).lexically_normal().string();
        if (directory.starts_with('/') && std::find(found.begin(), found.end(), path) == found.end()) {
            found.push_back(path);
        }
    };
    add(facts.variable("XDG_CONFIG_HOME").value_or(""));
    const std::string home = facts.variable("HOME").value_or(facts.home);
    add(home.empty() ? home : home + "/.config");
    return found;
}

} // namespace

SearchFacts systemSearchFacts() {
    SearchFacts facts;
    facts.variable = [](const char* name) {
        const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): before any thread is started
        return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
    };
    facts.readable = [](const std::string& path) -> core::Result<void> {
        struct stat status {};
        if (stat(path.c_str(), &status) != 0) {
            const bool absent = errno == ENOENT || errno == ENOTDIR;
            return core::Error{absent ? "does not exist"
                                      : "cannot be read: " + std::generic_category().message(errno)};
        }
        if (access(path.c_str(), R_OK) != 0) {
            return core::Error{"cannot be read: " + std::generic_category().message(errno)};
        }
        return {};
    };
    std::error_code ignored;
    facts.currentDirectory = std::filesystem::current_path(ignored).string();
    facts.home = systemUserById(geteuid(), getegid()).home;
    return facts;
}

core::Result<std::string> findConfig(const std::optional<std::string>& fromCommandLine,
                                     const SearchFacts& facts) {
    if (fromCommandLine) {
        return named(*fromCommandLine, "the command line", facts);
    }
    if (const auto variable = facts.variable("HEALER_CONFIG")) {
        return named(*variable, "$HEALER_CONFIG", facts);
    }
    std::string searched;
    for (const std::string& place : places(facts)) {
        const auto readable = facts.readable(place);
        if (readable) {
            return place;
        }
        searched += "\n  " + place + " " + readable.error().message;
    }
    return core::Error{"no configuration file found; searched" + searched +
                           "\nGive one with --config FILE or in $HEALER_CONFIG",
                       core::ErrorKind::invalidConfig};
}

} // namespace healer::config
