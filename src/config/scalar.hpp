// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config_node.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The value of a scalar by the core schema of YAML, read strictly: "3" is text, 3 is a number, yes is text.
namespace healer::config {

enum class ScalarType { text, boolean, integer, decimal };

/// The node must be a scalar.
[[nodiscard]] ScalarType scalarType(const ConfigNode& node);

/// Only true and false, in lower case, upper case or capitalized.
[[nodiscard]] std::optional<bool> parseBoolean(std::string_view text);
/// Decimal digits with an optional sign and no leading zeros. Nothing if the number does not fit.
[[nodiscard]] std::optional<std::int64_t> parseInteger(std::string_view text);
/// A decimal number; infinity if it is too large for a double.
[[nodiscard]] std::optional<double> parseNumber(std::string_view text);
/// A number of bytes as MemoryMax= of systemd takes it: "512M", "1.5G", "4096". K, M, G and T are powers of
/// 1024.
[[nodiscard]] std::optional<std::int64_t> parseByteSize(std::string_view text);
/// The number of "80%" or "12.5%"; never negative.
[[nodiscard]] std::optional<double> parsePercentage(std::string_view text);

/// The shortest decimal text of this value: 3, 0.001, 86400.
[[nodiscard]] std::string numberText(double value);
/// With the largest suffix that keeps the number whole: 512M, 1536M, 1000.
[[nodiscard]] std::string byteSizeText(std::int64_t bytes);

} // namespace healer::config
