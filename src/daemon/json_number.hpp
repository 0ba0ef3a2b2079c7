// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <stdexcept>
#include <utility>

namespace healer::daemon {

/// A number in a file is missing, of the wrong type or out of range.
class BadNumber : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The exact number. json::get() would also convert fractions and numbers that are out of range. Throws
/// BadNumber.
template <typename Number>
[[nodiscard]] Number numberIn(const nlohmann::json& value) {
    if (value.is_number_unsigned() && std::in_range<Number>(value.get<std::uint64_t>())) {
        return static_cast<Number>(value.get<std::uint64_t>());
    }
    if (value.is_number_integer() && !value.is_number_unsigned() &&
        std::in_range<Number>(value.get<std::int64_t>())) {
        return static_cast<Number>(value.get<std::int64_t>());
    }
    throw BadNumber("a number is missing or out of range");
}

} // namespace healer::daemon
