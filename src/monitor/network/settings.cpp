// SPDX-License-Identifier: Apache-2.0
#include "monitor/network/settings.hpp"

#include "monitor/network/target.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <map>

namespace healer::monitor::network {

namespace {

constexpr long kFirst = 100;
constexpr long kLast = 999;

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

core::Result<probe::NumberRanges> parseStatus(std::string_view text) {
    auto ranges = probe::NumberRanges::parse(text, {kFirst, kLast});
    if (!ranges && ranges.error().message.starts_with("must")) {
        return core::Error{"must be status codes (100 to 999) such as 200, 200-399 or 200,204,300-399"};
    }
    return ranges;
}

core::Result<BodyPattern> BodyPattern::compile(const std::string& expression) {
    constexpr std::int64_t kMemory = 1024L * 1024;
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMemory);
    auto compiled = std::make_shared<const re2::RE2>(expression, options);
    if (!compiled->ok()) {
        return core::Error{"is not a regular expression: " + compiled->error()};
    }
    return BodyPattern(std::move(compiled));
}

bool BodyPattern::matches(std::string_view text) const {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression_);
}

std::optional<std::string> checkTarget(const core::ArgValue& value) {
    return faultOf(parseTarget(std::get<std::string>(value)));
}

std::optional<std::string> checkStatus(const core::ArgValue& value) {
    return faultOf(parseStatus(std::get<std::string>(value)));
}

std::optional<std::string> checkPattern(const core::ArgValue& value) {
    return faultOf(BodyPattern::compile(std::get<std::string>(value)));
}

std::optional<std::string> checkServerName(const core::ArgValue& value) {
    return isHostName(std::get<std::string>(value))
               ? std::nullopt
               : std::optional<std::string>("must be the name of a host, such as www.example.org");
}

std::optional<std::string> checkHeaders(const core::ArgValue& value) {
    for (const auto& [name, text] : std::get<std::map<std::string, std::string>>(value)) {
        if (!isHeaderName(name)) {
            return "has a name that is not valid for a header (letters, digits and - are usual)";
        }
        if (hasControls(text)) {
            return "has a control character in the value of " + name;
        }
    }
    return std::nullopt;
}

} // namespace healer::monitor::network
