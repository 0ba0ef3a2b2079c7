// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/field.hpp"
#include "config/key.hpp"
#include "core/plan.hpp"

#include <optional>
#include <string>

namespace healer::config {

/// The value of a key, read by its type, range, words and check. Nothing where it is wrong, which has been
/// reported, and for the types `mapping` and `mappings`, which are no single value.
[[nodiscard]] std::optional<core::ArgValue> readValue(const Field& field, const KeySpec& key);

/// The value of `byDefault`; nothing where there is no default.
[[nodiscard]] std::optional<core::ArgValue> defaultValue(const KeySpec& key);

/// The value as it would be written in YAML.
[[nodiscard]] std::string render(const core::ArgValue& value, KeyType type);

/// The word for this type in healer.yaml(5).
[[nodiscard]] std::string_view typeName(KeyType type);

} // namespace healer::config
