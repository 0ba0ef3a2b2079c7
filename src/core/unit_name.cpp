// SPDX-License-Identifier: Apache-2.0
#include "core/unit_name.hpp"

#include <algorithm>
#include <optional>

namespace healer::core {

namespace {

constexpr std::string_view kPrefix = "healer-";
constexpr std::string_view kSuffix = ".service";
constexpr std::string_view kEscapedAt = "\\x40";

/// Cuts the text up to the next separator off.
std::string_view take(std::string_view& text, char separator) {
    const auto part = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

/// The path in a line "ID:CONTROLLERS:PATH" of a hierarchy that systemd names units in.
std::optional<std::string_view> unitPathIn(std::string_view line) {
    (void)take(line, ':');
    const auto controllers = take(line, ':');
    const bool ofSystemd = controllers.empty() || controllers == "name=systemd";
    return ofSystemd && line.starts_with('/') ? std::optional(line) : std::nullopt;
}

/// systemd puts '_' before a name that the kernel has a use of its own for.
std::string_view unescaped(std::string_view name) {
    return name.starts_with('_') ? name.substr(1) : name;
}

} // namespace

std::string transientUnitName(std::string_view process) {
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

bool isTransientUnitName(std::string_view unit) {
    return unit.size() > kPrefix.size() + kSuffix.size() && unit.starts_with(kPrefix) &&
           unit.ends_with(kSuffix);
}

std::string processOfTransientUnit(std::string_view unit) {
    std::string process(unit.substr(kPrefix.size(), unit.size() - kPrefix.size() - kSuffix.size()));
    for (std::size_t at = 0; (at = process.find(kEscapedAt, at)) != std::string::npos; ++at) {
        process.replace(at, kEscapedAt.size(), 1, '@'); // not "@": see GCC bug 105651
    }
    return process;
}

std::string systemUnitOf(std::string_view cgroupText, std::string_view root) {
    while (!cgroupText.empty()) {
        auto path = unitPathIn(take(cgroupText, '\n'));
        if (!path || !path->starts_with(root)) {
            continue;
        }
        path->remove_prefix(root.size());
        if (!path->starts_with('/') || path->starts_with("/user.slice/")) {
            continue;
        }
        path->remove_prefix(1);
        auto name = take(*path, '/');
        while (name.ends_with(".slice")) {
            name = take(*path, '/');
        }
        // A cgroup of something other than systemd has a name without the suffix of a unit.
        if (name.find('.') != std::string_view::npos) {
            return std::string(unescaped(name));
        }
    }
    return {};
}

std::string foreignServiceOf(std::string_view unit, std::string_view own) {
    const bool foreign =
        unit.ends_with(kSuffix) && unit != own && !isTransientUnitName(unit) && !unit.starts_with("user@");
    return foreign ? std::string(unit) : std::string();
}

} // namespace healer::core
