// SPDX-License-Identifier: Apache-2.0
#include "config/monitor_compiler.hpp"

#include "config/key_table.hpp"
#include "config/nearest.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace healer::config {
namespace {

const MonitorSchema* findSchema(const Field& type, std::span<const MonitorSchema> schemas) {
    const std::optional<std::string> word = type.text();
    if (!word) {
        return nullptr;
    }
    std::vector<std::string_view> known;
    for (const MonitorSchema& schema : schemas) {
        if (schema.type == *word) {
            return &schema;
        }
        known.push_back(schema.type);
    }
    std::sort(known.begin(), known.end());
    std::string list;
    for (const std::string_view name : known) {
        list += (list.empty() ? "" : ", ") + std::string(name);
    }
    type.error("unknown monitor type " + quote(*word) + ", known are " + list, nearest(*word, known));
    return nullptr;
}

/// The value if it is good; else it has been reported.
std::optional<core::ArgValue> compileArg(const Field& field, const KeySpec& key,
                                         const ProgramCheck& checkProgram) {
    auto value = readValue(field, key);
    if (value && key.type == KeyType::program) {
        checkProgram(field, std::get<std::string>(*value));
    }
    return value;
}

} // namespace

std::optional<core::MonitorPlan> compileMonitor(const Field& field, std::span<const MonitorSchema> schemas,
                                                const ProgramCheck& checkProgram) {
    auto section = Section::open(field);
    if (!section) {
        return std::nullopt;
    }
    const auto type = section->require("type");
    const MonitorSchema* schema = type ? findSchema(*type, schemas) : nullptr;
    if (!type) {
        // Whatever any kind knows may be right; the rest is told, as a misspelt `type` is among it.
        for (const MonitorSchema& any : schemas) {
            for (const KeySpec& key : any.keys) {
                (void)section->take(key.name);
            }
        }
        section->rejectUnknownKeys();
    }
    if (schema == nullptr) {
        return std::nullopt;
    }
    core::MonitorPlan plan{std::string(schema->type), {}, schema->confirmsStart, schema->role};
    for (const KeySpec& key : schema->keys) {
        const auto given = takeKey(*section, key);
        if (auto value = given ? compileArg(*given, key, checkProgram) : defaultValue(key)) {
            plan.args.emplace(key.name, std::move(*value));
        }
    }
    section->rejectUnknownKeys();
    return plan;
}

std::optional<core::MonitorPlan> defaultMonitor(std::string_view type,
                                                std::span<const MonitorSchema> schemas) {
    const auto schema = std::find_if(schemas.begin(), schemas.end(), [type](const MonitorSchema& candidate) {
        return candidate.type == type;
    });
    if (schema == schemas.end()) {
        return std::nullopt;
    }
    core::MonitorPlan plan{std::string(schema->type), {}, schema->confirmsStart, schema->role};
    for (const KeySpec& key : schema->keys) {
        if (auto value = defaultValue(key)) {
            plan.args.emplace(key.name, std::move(*value));
        }
    }
    return plan;
}

} // namespace healer::config
