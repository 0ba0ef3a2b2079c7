// SPDX-License-Identifier: Apache-2.0
#include "monitor/probe/number_ranges.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace healer::monitor::probe {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::optional<long> numberOf(std::string_view text, NumberRanges::Limits limits) {
    text = trimmed(text);
    long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool good = error == std::errc() && end == text.data() + text.size();
    return good && number >= limits.first && number <= limits.last ? std::optional(number) : std::nullopt;
}

} // namespace

core::Result<NumberRanges> NumberRanges::parse(std::string_view text, Limits limits) {
    NumberRanges result;
    while (true) {
        const auto comma = std::min(text.find(','), text.size());
        const auto part = text.substr(0, comma);
        const auto dash = part.find('-');
        const auto first = numberOf(part.substr(0, dash), limits);
        const auto last = dash == std::string_view::npos ? first : numberOf(part.substr(dash + 1), limits);
        if (!first || !last) {
            return core::Error{"must be numbers from " + std::to_string(limits.first) + " to " +
                               std::to_string(limits.last)};
        }
        if (*last < *first) {
            return core::Error{"has a range that ends before it begins"};
        }
        result.ranges_.emplace_back(*first, *last);
        if (comma == text.size()) {
            return result;
        }
        text.remove_prefix(comma + 1);
    }
}

bool NumberRanges::contain(long number) const {
    return std::ranges::any_of(
        ranges_, [number](const auto& range) { return number >= range.first && number <= range.second; });
}

} // namespace healer::monitor::probe
