// SPDX-License-Identifier: Apache-2.0
#include "healerctl/fields.hpp"

#include "healerctl/text.hpp"

namespace healer::healerctl {

using nlohmann::json;

std::string words(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || found->is_null()) {
        return "";
    }
    return printable(found->is_string() ? found->get<std::string>() : found->dump());
}

std::uint64_t number(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::vector<std::string> texts(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_array() ? found->get<std::vector<std::string>>()
                                                      : std::vector<std::string>();
}

} // namespace healer::healerctl
