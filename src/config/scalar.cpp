// SPDX-License-Identifier: Apache-2.0
#include "config/scalar.hpp"

#include <charconv>
#include <limits>
#include <system_error>

namespace healer::config {
namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view withoutSign(std::string_view text) {
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
        text.remove_prefix(1);
    }
    return text;
}

bool isIntegerText(std::string_view text) {
    const std::string_view digits = withoutSign(text);
    for (const char c : digits) {
        if (!isDigit(c)) {
            return false;
        }
    }
    return !digits.empty() && (digits.size() == 1 || digits.front() != '0');
}

/// std::from_chars knows no leading '+'.
std::string_view withoutPlus(std::string_view text) {
    return text.starts_with('+') ? text.substr(1) : text;
}

} // namespace

ScalarType scalarType(const ConfigNode& node) {
    if (node.quoted) {
        return ScalarType::text;
    }
    if (parseBoolean(node.text)) {
        return ScalarType::boolean;
    }
    if (isIntegerText(node.text)) {
        return ScalarType::integer;
    }
    return parseNumber(node.text) ? ScalarType::decimal : ScalarType::text;
}

std::optional<bool> parseBoolean(std::string_view text) {
    if (text == "true" || text == "True" || text == "TRUE") {
        return true;
    }
    if (text == "false" || text == "False" || text == "FALSE") {
        return false;
    }
    return std::nullopt;
}

std::optional<std::int64_t> parseInteger(std::string_view text) {
    if (!isIntegerText(text)) {
        return std::nullopt;
    }
    const std::string_view digits = withoutPlus(text);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} ? std::optional(value) : std::nullopt;
}

std::optional<double> parseNumber(std::string_view text) {
    const std::string_view unsignedText = withoutSign(text);
    if (unsignedText.empty() || (!isDigit(unsignedText.front()) && unsignedText.front() != '.')) {
        return std::nullopt;
    }
    const bool leadingZero =
        unsignedText.size() > 1 && unsignedText.front() == '0' && isDigit(unsignedText[1]);
    const std::string_view digits = withoutPlus(text);
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (leadingZero || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return error == std::errc{} ? value : std::numeric_limits<double>::infinity();
}

} // namespace healer::config
