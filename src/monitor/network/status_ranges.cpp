// SPDX-License-Identifier: Apache-2.0
#include "monitor/network/status_ranges.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace healer::monitor::network {

namespace {

constexpr long kFirst = 100;
constexpr long kLast = 999;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::optional<long> statusOf(std::string_view text) {
    text = trimmed(text);
    long status = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
    const bool good = error == std::errc() && end == text.data() + text.size();
    return good && status >= kFirst && status <= kLast ? std::optional(status) : std::nullopt;
}

} // namespace

core::Result<StatusRanges> StatusRanges::parse(std::string_view text) {
    StatusRanges result;
    while (true) {
        const auto comma = std::min(text.find(','), text.size());
        const auto part = text.substr(0, comma);
        const auto dash = part.find('-');
        const auto first = statusOf(part.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : statusOf(part.substr(dash + 1));
        if (!first || !last) {
            return core::Error{"must be status codes (100 to 999) such as 200, 200-399 or 200,204,300-399"};
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

bool StatusRanges::contain(long status) const {
    return std::ranges::any_of(
        ranges_, [status](const auto& range) { return status >= range.first && status <= range.second; });
}

} // namespace healer::monitor::network
