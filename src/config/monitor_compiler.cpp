// SPDX-License-Identifier: Apache-2.0
#include "config/monitor_compiler.hpp"

#include "config/nearest.hpp"
#include "config/section.hpp"

#include <algorithm>
#include <cmath>
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

template <typename Value>
std::optional<core::ArgValue> asArg(std::optional<Value> value) {
    return value ? std::optional<core::ArgValue>(std::move(*value)) : std::nullopt;
}

std::optional<core::ArgValue> convert(const Field& field, const ArgSpec& spec) {
    const Range range{spec.minimum, spec.maximum};
    switch (spec.type) {
    case ArgType::text:
        return asArg(field.text());
    case ArgType::plain:
        return asArg(field.plain());
    case ArgType::absolutePath:
    case ArgType::program:
        return asArg(field.absolutePath());
    case ArgType::integer:
        return asArg(field.integer(range));
    case ArgType::seconds:
        return asArg(field.seconds(range));
    case ArgType::boolean:
        return asArg(field.boolean());
    case ArgType::textList:
        return asArg(field.textList());
    case ArgType::textMap:
        return asArg(field.textMap());
    }
    return std::nullopt;
}

std::optional<core::ArgValue> defaultOf(const ArgSpec& spec) {
    if (spec.defaultNumber && spec.type == ArgType::seconds) {
        return core::Duration(std::llround(*spec.defaultNumber * 1e6));
    }
    if (spec.defaultNumber && spec.type == ArgType::integer) {
        return static_cast<std::int64_t>(std::llround(*spec.defaultNumber));
    }
    if (spec.defaultText && spec.type == ArgType::boolean) {
        return *spec.defaultText == "true";
    }
    if (spec.defaultText) {
        return std::string(*spec.defaultText);
    }
    return std::nullopt;
}

/// The value if it is good; else it has been reported.
std::optional<core::ArgValue> compileArg(const Field& field, const ArgSpec& spec,
                                         const ProgramCheck& checkProgram) {
    auto value = convert(field, spec);
    const auto fault = value && spec.check != nullptr ? spec.check(*value) : std::nullopt;
    if (fault) {
        field.error(*fault);
        return std::nullopt;
    }
    if (value && spec.type == ArgType::program) {
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
            for (const ArgSpec& spec : any.args) {
                (void)section->take(spec.name);
            }
        }
        section->rejectUnknownKeys();
    }
    if (schema == nullptr) {
        return std::nullopt;
    }
    core::MonitorPlan plan{std::string(schema->type), {}, schema->confirmsStart, schema->role};
    for (const ArgSpec& spec : schema->args) {
        const auto given = spec.required ? section->require(spec.name) : section->take(spec.name);
        if (auto value = given ? compileArg(*given, spec, checkProgram) : defaultOf(spec)) {
            plan.args.emplace(spec.name, std::move(*value));
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
    for (const ArgSpec& spec : schema->args) {
        if (auto value = defaultOf(spec)) {
            plan.args.emplace(spec.name, std::move(*value));
        }
    }
    return plan;
}

} // namespace healer::config
