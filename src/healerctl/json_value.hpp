// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <sdbus-c++/sdbus-c++.h>

#include <map>
#include <string>

namespace healer::healerctl {

/// The JSON for a D-Bus value of the kinds that Healer uses; null for any other.
[[nodiscard]] nlohmann::json toJson(const sdbus::Variant& value);

template <typename Key>
[[nodiscard]] nlohmann::json toJson(const std::map<Key, sdbus::Variant>& values) {
    nlohmann::json result = nlohmann::json::object();
    for (const auto& [key, value] : values) {
        result[std::string(key)] = toJson(value);
    }
    return result;
}

} // namespace healer::healerctl
