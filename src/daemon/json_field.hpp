// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field_value.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace healer::daemon {

/// A number in a file that does not fit.
class BadNumber : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The exact number; json::get() would convert fractions and values that are too large. Throws BadNumber.
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

[[nodiscard]] inline nlohmann::json toJson(const core::FieldValue& value) {
    return std::visit([](const auto& held) { return nlohmann::json(held); }, value);
}

/// The value of this type (as on D-Bus). Throws BadNumber or json::exception for any other.
[[nodiscard]] inline core::FieldValue fieldIn(const nlohmann::json& value, char type) {
    switch (type) {
    case 'b':
        return value.get<bool>();
    case 'u':
        return numberIn<std::uint32_t>(value);
    case 't':
        return numberIn<std::uint64_t>(value);
    case 'i':
        return numberIn<std::int32_t>(value);
    default:
        return value.get<std::string>();
    }
}

} // namespace healer::daemon
