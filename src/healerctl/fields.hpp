// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

/// Reading what the daemon sent, whatever it sent: a key that is missing or of another type is never an
/// error.
namespace healer::healerctl {

/// The value for people, printable, whatever its type; empty when it is not there.
[[nodiscard]] std::string words(const nlohmann::json& object, const char* key);

/// 0 when it is not there or no unsigned number.
[[nodiscard]] std::uint64_t number(const nlohmann::json& object, const char* key);

/// Texts as they came, not yet printable; empty when it is not there.
[[nodiscard]] std::vector<std::string> texts(const nlohmann::json& object, const char* key);

} // namespace healer::healerctl
