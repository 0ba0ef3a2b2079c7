// SPDX-License-Identifier: Apache-2.0
#include "monitor/network/checks.hpp"

#include "monitor/network/body_pattern.hpp"
#include "monitor/network/status_ranges.hpp"
#include "monitor/network/target.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace healer::monitor::network {

namespace {

template <typename Value>
std::optional<std::string> faultOf(const core::Result<Value>& result) {
    return result ? std::nullopt : std::optional(result.error().message);
}

/// A token of RFC 9110.
bool isHeaderName(std::string_view name) {
    constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::ranges::all_of(name, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kSigns.find(c) != std::string_view::npos;
    });
}

bool hasControls(std::string_view value) {
    return std::ranges::any_of(value, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < ' ' && c != '\t') || byte == 0x7f;
    });
}

} // namespace

std::optional<std::string> checkTarget(const core::ArgValue& value) {
    return faultOf(parseTarget(std::get<std::string>(value)));
}

std::optional<std::string> checkStatus(const core::ArgValue& value) {
    return faultOf(StatusRanges::parse(std::get<std::string>(value)));
}

std::optional<std::string> checkPattern(const core::ArgValue& value) {
    return faultOf(BodyPattern::compile(std::get<std::string>(value)));
}

std::optional<std::string> checkHeaders(const core::ArgValue& value) {
    for (const auto& [name, text] : std::get<std::map<std::string, std::string>>(value)) {
        if (!isHeaderName(name)) {
            return "has a name that no header can have (letters, digits and - are usual)";
        }
        if (hasControls(text)) {
            return "has a control character in the value of " + name;
        }
    }
    return std::nullopt;
}

} // namespace healer::monitor::network
