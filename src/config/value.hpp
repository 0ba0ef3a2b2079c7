// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/field.hpp"
#include "config/key.hpp"
#include "core/plan.hpp"

#include <optional>
#include <string>

namespace healer::config {

/// The value of a key, read by its type, range, words and check. Nothing if it is wrong (which has been
/// reported), and for the types `mapping` and `mappings`, which are not single values.
[[nodiscard]] std::optional<core::ArgValue> readValue(const Field& field, const KeySpec& key);

/// The value of `byDefault`; nothing if there is no default.
[[nodiscard]] std::optional<core::ArgValue> defaultValue(const KeySpec& key);

/// The value as written in YAML.
[[nodiscard]] std::string render(const core::ArgValue& value, KeyType type);

/// The word that healer.yaml(5) uses for this type.
[[nodiscard]] std::string_view typeName(KeyType type);

} // namespace healer::config
