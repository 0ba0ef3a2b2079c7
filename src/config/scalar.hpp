// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config_node.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What a scalar means by the rules of YAML's core schema, kept strict: "3" is text, 3 is a number, yes is
/// text.
namespace healer::config {

enum class ScalarType { text, boolean, integer, decimal };

/// The node must be a scalar.
[[nodiscard]] ScalarType scalarType(const ConfigNode& node);

/// Nothing for anything but true and false (True, TRUE, ...).
[[nodiscard]] std::optional<bool> parseBoolean(std::string_view text);
/// Decimal digits with an optional sign and no leading zeros; nothing also where it does not fit.
[[nodiscard]] std::optional<std::int64_t> parseInteger(std::string_view text);
/// A decimal number; infinite where it is too large for a double.
[[nodiscard]] std::optional<double> parseNumber(std::string_view text);
/// A number of bytes, as systemd's MemoryMax= takes it: "512M", "1.5G", "4096". K, M, G and T are powers of
/// 1024.
[[nodiscard]] std::optional<std::int64_t> parseByteSize(std::string_view text);
/// "80%", "12.5%": the number, which is not negative.
[[nodiscard]] std::optional<double> parsePercentage(std::string_view text);

/// The shortest text that parseNumber() reads as this value: 3, 0.001, 86400.
[[nodiscard]] std::string numberText(double value);
/// With the largest suffix that leaves a whole number: 512M, 1536M, 1000.
[[nodiscard]] std::string byteSizeText(std::int64_t bytes);

} // namespace healer::config
