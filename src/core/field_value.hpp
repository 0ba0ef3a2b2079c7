// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace healer::core {

/// A value with one of the types that fields of events and of LastExit have.
using FieldValue = std::variant<bool, std::uint32_t, std::uint64_t, std::int32_t, std::string>;

/// Their types on D-Bus, in the order of FieldValue.
inline constexpr std::string_view kFieldTypes = "butis";
static_assert(kFieldTypes.size() == std::variant_size_v<FieldValue>);

[[nodiscard]] inline char typeOf(const FieldValue& value) {
    return kFieldTypes[value.index()];
}

} // namespace healer::core
