// SPDX-License-Identifier: Apache-2.0
#include "recovery/service/unit_name.hpp"

#include "runtime/unique_fd.hpp"
#include "runtime/unit_reader.hpp"

#include <fcntl.h>

#include <array>

namespace healer::recovery::service {

namespace {

constexpr std::string_view kPrefix = "healer-";
constexpr std::string_view kSuffix = ".service";
constexpr std::string_view kEscapedAt = "\\x40";

} // namespace

std::string unitName(std::string_view process) {
    std::string unit(kPrefix);
    for (const char letter : process) {
        if (letter == '@') {
            unit += kEscapedAt;
        } else {
            unit += letter;
        }
    }
    unit += kSuffix;
    return unit;
}

std::string processOf(std::string_view unit) {
    std::string process(unit.substr(kPrefix.size(), unit.size() - kPrefix.size() - kSuffix.size()));
    for (std::size_t at = 0; (at = process.find(kEscapedAt, at)) != std::string::npos; ++at) {
        process.replace(at, kEscapedAt.size(), "@");
    }
    return process;
}

bool isUnitName(std::string_view unit) {
    return unit.size() > kPrefix.size() + kSuffix.size() && unit.starts_with(kPrefix) &&
           unit.ends_with(kSuffix);
}

std::string unitPath(const std::string& unit) {
    return runtime::unitObjectPath(unit);
}

bool cgroupNames(std::string_view cgroupText, std::string_view unit) {
    while (!cgroupText.empty()) {
        const auto end = cgroupText.find_first_of("/\n");
        if (cgroupText.substr(0, end) == unit) {
            return true;
        }
        if (end == std::string_view::npos) {
            break;
        }
        cgroupText.remove_prefix(end + 1);
    }
    return false;
}

bool isInUnit(pid_t pid, std::string_view unit) {
    const std::string path = "/proc/" + std::to_string(pid) + "/cgroup";
    const runtime::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    std::array<char, 4096> part{};
    ssize_t length = 0;
    while (fd && (length = ::read(fd.get(), part.data(), part.size())) > 0) {
        text.append(part.data(), static_cast<std::size_t>(length));
    }
    return cgroupNames(text, unit);
}

} // namespace healer::recovery::service
