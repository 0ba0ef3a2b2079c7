// SPDX-License-Identifier: Apache-2.0
#include "config/monitor_compiler.hpp"

#include "config/nearest.hpp"
#include "config/value.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace healer::config {
namespace {

using Schemas = std::span<const MonitorSchema>;

const MonitorSchema* findSchema(const Field& type, Schemas schemas) {
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

/// `type` may be misspelt: report the keys that no kind has.
void rejectKeysOfNoKind(Section& section, Schemas schemas) {
    for (const MonitorSchema& schema : schemas) {
        for (const KeySpec& key : schema.keys) {
            (void)section.take(key.name);
        }
    }
    section.rejectUnknownKeys();
}

core::MonitorPlan planOf(const MonitorSchema& schema) {
    return {std::string(schema.type), {}, schema.confirmsStart, schema.role};
}

core::MonitorPlan defaultMonitor(const MonitorSchema& schema) {
    core::MonitorPlan plan = planOf(schema);
    for (const KeySpec& key : schema.keys) {
        if (auto value = defaultValue(key)) {
            plan.args.emplace(key.name, std::move(*value));
        }
    }
    return plan;
}

core::MonitorPlan readMonitor(Section& section, const MonitorSchema& schema,
                              const ProgramCheck& checkProgram) {
    core::MonitorPlan plan = planOf(schema);
    for (const KeySpec& key : schema.keys) {
        const auto given = section.take(key);
        auto value = given ? readValue(*given, key) : defaultValue(key);
        if (!value) {
            continue;
        }
        if (given && key.type == KeyType::program) {
            checkProgram(*given, std::get<std::string>(*value));
        }
        plan.args.emplace(key.name, std::move(*value));
    }
    section.rejectUnknownKeys();
    return plan;
}

void addMonitor(const Field& field, Schemas schemas, const ProgramCheck& checkProgram, ProcessDraft& draft) {
    auto section = Section::open(field);
    if (!section) {
        return;
    }
    const auto type = section->require("type");
    if (!type) {
        rejectKeysOfNoKind(*section, schemas);
        return;
    }
    const MonitorSchema* schema = findSchema(*type, schemas);
    if (schema == nullptr) {
        return;
    }
    const std::size_t errors = field.findings().errors.size();
    core::MonitorPlan monitor = readMonitor(*section, *schema, checkProgram);
    auto& known = draft.plan.monitors;
    // What is wrong is missing in the plan, so that two of those may look alike.
    const bool good = field.findings().errors.size() == errors;
    if (good && std::find(known.begin(), known.end(), monitor) != known.end()) {
        field.error("this monitor is listed twice");
        return;
    }
    if (const auto advice = schema->advice == nullptr ? std::nullopt : schema->advice(monitor)) {
        field.warning(*advice);
    }
    known.push_back(std::move(monitor));
    draft.monitors.push_back({field.site(), schema});
}

void readMonitors(Section& entry, Schemas schemas, const ProgramCheck& checkProgram, ProcessDraft& draft) {
    const auto one = entry.take("monitor");
    const auto many = entry.take("monitors");
    if (!one && !many && !draft.hasUnit()) {
        entry.missing("monitor", "is required (or monitors, a list of them)");
    }
    if (one) {
        addMonitor(*one, schemas, checkProgram, draft);
    }
    const auto items = many ? many->items() : std::nullopt;
    if (items && items->empty()) {
        many->error("needs at least one monitor");
    }
    for (const Field& item : items.value_or(std::vector<Field>{})) {
        addMonitor(item, schemas, checkProgram, draft);
    }
}

void checkMonitorOfUnit(const MonitorSource& source, core::MonitorPlan& monitor, const std::string& unit,
                        Findings& findings) {
    const std::string key(source.schema->unitKey);
    if (!key.empty()) {
        const auto named = monitor.args.find(key);
        if (named != monitor.args.end() && named->second != core::ArgValue(unit)) {
            reportError(source.site,
                        "this monitor follows the unit of its own process, " + quote(unit) + "; leave it out",
                        findings);
        }
        monitor.args.insert_or_assign(key, unit);
    } else if (monitor.role == core::MonitorRole::instance) {
        reportError(source.site,
                    "a monitor of type " + monitor.type +
                        " follows a command; a unit is followed through systemd, and may have probes besides",
                    findings);
    }
}

void completeMonitorsOfUnit(Schemas schemas, ProcessDraft& draft, Findings& findings) {
    auto& monitors = draft.plan.monitors;
    for (std::size_t i = 0; i < monitors.size(); ++i) {
        checkMonitorOfUnit(draft.monitors[i], monitors[i], draft.plan.unit, findings);
    }
    const auto follows = [](const MonitorSource& source) { return !source.schema->unitKey.empty(); };
    if (std::any_of(draft.monitors.begin(), draft.monitors.end(), follows)) {
        return;
    }
    for (const MonitorSchema& schema : schemas) {
        if (!schema.unitKey.empty()) {
            core::MonitorPlan monitor = defaultMonitor(schema);
            monitor.args.emplace(schema.unitKey, draft.plan.unit);
            monitors.insert(monitors.begin(), std::move(monitor));
            draft.monitors.insert(draft.monitors.begin(), {draft.unit, &schema});
            return;
        }
    }
}

void completeMonitorsOfCommand(Schemas schemas, ProcessDraft& draft, Findings& findings) {
    for (const MonitorSource& source : draft.monitors) {
        if (!source.schema->unitKey.empty()) {
            reportError(source.site,
                        "a monitor of type " + std::string(source.schema->type) +
                            " follows a unit, and this process has none",
                        findings);
        }
    }
    const bool onlyProbes =
        !draft.monitors.empty() &&
        std::all_of(draft.monitors.begin(), draft.monitors.end(), [](const MonitorSource& source) {
            return source.schema->role == core::MonitorRole::probe;
        });
    for (const MonitorSchema& schema : schemas) {
        // A probe cannot identify the process that answers it, and notices an exit late.
        if (onlyProbes && schema.addedToProbes) {
            draft.plan.monitors.push_back(defaultMonitor(schema));
            draft.monitors.push_back({draft.entry, &schema});
        }
    }
}

} // namespace

void compileMonitors(Section& entry, std::span<const MonitorSchema> schemas, const ProgramCheck& checkProgram,
                     ProcessDraft& draft) {
    readMonitors(entry, schemas, checkProgram, draft);
    Findings& findings = entry.field().findings();
    if (draft.hasUnit()) {
        completeMonitorsOfUnit(schemas, draft, findings);
    } else {
        completeMonitorsOfCommand(schemas, draft, findings);
    }
}

bool runsPrograms(const MonitorSchema& schema) {
    return std::any_of(schema.keys.begin(), schema.keys.end(),
                       [](const KeySpec& key) { return key.type == KeyType::program; });
}

} // namespace healer::config
