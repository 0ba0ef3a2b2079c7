// SPDX-License-Identifier: Apache-2.0
#include "healerctl/json_value.hpp"

#include <cstdint>
#include <vector>

namespace healer::healerctl {

namespace {

template <typename Value>
nlohmann::json plain(const sdbus::Variant& value) {
    return value.get<Value>();
}

nlohmann::json dependencies(const sdbus::Variant& value) {
    nlohmann::json result = nlohmann::json::array();
    for (const auto& entry :
         value.get<std::vector<sdbus::Struct<std::string, std::string, bool, std::string>>>()) {
        result.push_back({{"target", entry.get<0>()},
                          {"kind", entry.get<1>()},
                          {"hard", entry.get<2>()},
                          {"on_failure", entry.get<3>()}});
    }
    return result;
}

nlohmann::json texts(const sdbus::Variant& value) {
    return value.get<std::map<std::string, std::string>>();
}

nlohmann::json dictionary(const sdbus::Variant& value) {
    return toJson(value.get<std::map<std::string, sdbus::Variant>>());
}

} // namespace

nlohmann::json toJson(const sdbus::Variant& value) {
    using Read = nlohmann::json (*)(const sdbus::Variant&);
    static const std::map<std::string, Read> kReaders{{"s", plain<std::string>},
                                                      {"b", plain<bool>},
                                                      {"i", plain<std::int32_t>},
                                                      {"u", plain<std::uint32_t>},
                                                      {"x", plain<std::int64_t>},
                                                      {"t", plain<std::uint64_t>},
                                                      {"d", plain<double>},
                                                      {"as", plain<std::vector<std::string>>},
                                                      {"a{sv}", dictionary},
                                                      {"a(ssbs)", dependencies},
                                                      {"a{ss}", texts}};
    const std::string type = value.peekValueType();
    const auto reader = kReaders.find(type);
    return reader == kReaders.end() ? nlohmann::json() : reader->second(value);
}

} // namespace healer::healerctl
