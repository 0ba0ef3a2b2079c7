// SPDX-License-Identifier: Apache-2.0
#include "config/scalar.hpp"

#include <charconv>
#include <cmath>
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

/// std::from_chars does not accept a leading plus sign.
std::string_view withoutPlus(std::string_view text) {
    return text.starts_with('+') ? text.substr(1) : text;
}

constexpr std::int64_t kKibi = 1024;
constexpr std::string_view kSizeSuffixes = "KMGT";
constexpr double kLargestExactInteger =
    9007199254740992.0; ///< 2^53: a double represents every integer below it

/// 0 if there is no such suffix.
std::int64_t factorOf(char suffix) {
    std::int64_t factor = 1;
    for (const char known : kSizeSuffixes) {
        factor *= kKibi;
        if (suffix == known) {
            return factor;
        }
    }
    return 0;
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

std::optional<std::int64_t> parseByteSize(std::string_view text) {
    std::int64_t factor = 1;
    if (!text.empty() && !isDigit(text.back())) {
        factor = factorOf(text.back());
        text.remove_suffix(1);
    }
    if (factor == 0 || text.empty() || !isDigit(text.front()) || !isDigit(text.back())) {
        return std::nullopt;
    }
    if (const auto whole = parseInteger(text)) {
        std::int64_t bytes = 0;
        return __builtin_mul_overflow(*whole, factor, &bytes) ? std::nullopt : std::optional(bytes);
    }
    const auto number = factor == 1 ? std::nullopt : parseNumber(text);
    const double bytes = number.value_or(-1) * static_cast<double>(factor);
    return bytes >= 0 && bytes < kLargestExactInteger ? std::optional(std::llround(bytes)) : std::nullopt;
}

std::optional<double> parsePercentage(std::string_view text) {
    const bool good = text.size() > 1 && text.back() == '%' && isDigit(text.front());
    return good ? parseNumber(text.substr(0, text.size() - 1)) : std::nullopt;
}

std::string numberText(double value) {
    char buffer[32];
    const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed);
    return error == std::errc{} ? std::string(buffer, end) : std::to_string(value);
}

std::string byteSizeText(std::int64_t bytes) {
    std::string_view suffixes = kSizeSuffixes;
    std::string suffix;
    while (bytes != 0 && bytes % kKibi == 0 && !suffixes.empty()) {
        bytes /= kKibi;
        suffix = suffixes.front();
        suffixes.remove_prefix(1);
    }
    return std::to_string(bytes) + suffix;
}

} // namespace healer::config
