// SPDX-License-Identifier: Apache-2.0
#include "runtime/confinement.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>

namespace healer::runtime {

namespace {

std::optional<std::uint64_t> field(std::string_view status, std::string_view key, int base) {
    const auto line = status.find(std::string("\n").append(key).append(":"));
    if (line == std::string_view::npos) {
        return std::nullopt;
    }
    status.remove_prefix(line + key.size() + 2);
    status.remove_prefix(std::min(status.find_first_not_of(" \t"), status.size()));
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(status.data(), status.data() + status.size(), value, base);
    return error == std::errc() ? std::optional(value) : std::nullopt;
}

std::string contentOf(const char* path) {
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), {}};
}

bool hasOwnMountNamespace() {
    struct stat own {};
    struct stat init {};
    return ::stat("/proc/self/ns/mnt", &own) == 0 && ::stat("/proc/1/ns/mnt", &init) == 0 &&
           (own.st_ino != init.st_ino || own.st_dev != init.st_dev);
}

} // namespace

std::vector<std::string> confinement(std::string_view own, std::string_view init) {
    constexpr int kDecimal = 10;
    constexpr int kHexadecimal = 16;
    std::vector<std::string> found;
    const auto more = [&](std::string_view key) {
        const auto ours = field(own, key, kDecimal);
        const auto theirs = field(init, key, kDecimal);
        return ours && theirs && *ours > *theirs;
    };
    if (more("NoNewPrivs")) {
        found.emplace_back("setuid programs gain nothing");
    }
    const auto ours = field(own, "CapBnd", kHexadecimal);
    const auto theirs = field(init, "CapBnd", kHexadecimal);
    if (const int fewer = ours && theirs ? std::popcount(*theirs & ~*ours) : 0; fewer > 0) {
        found.push_back("root lacks " + std::to_string(fewer) +
                        (fewer == 1 ? " capability" : " capabilities"));
    }
    // Containers filter for PID 1 as well; since Linux 5.9 the filters are counted.
    if (more("Seccomp") || more("Seccomp_filters")) {
        found.emplace_back("system calls are filtered");
    }
    return found;
}

std::string ownConfinement() {
    auto found = confinement(contentOf("/proc/self/status"), contentOf("/proc/1/status"));
    if (hasOwnMountNamespace()) {
        found.emplace_back("files may be read-only or missing");
    }
    std::string text;
    for (const auto& phrase : found) {
        text += (text.empty() ? "" : ", ") + phrase;
    }
    return text;
}

std::string confinementHint(int error) {
    if (error != EROFS || !hasOwnMountNamespace()) {
        return {};
    }
    return " (the sandbox of healer.service makes /usr, /etc and /home read-only; a drop-in with "
           "ReadWritePaths= "
           "makes a directory writable)";
}

} // namespace healer::runtime
