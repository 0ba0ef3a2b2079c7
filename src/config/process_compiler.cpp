// SPDX-License-Identifier: Apache-2.0
#include "config/process_compiler.hpp"

#include "config/monitor_compiler.hpp"
#include "config/plan_keys.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace healer::config {
namespace {

/// For messages: "processes[web]" is clearer than "processes[3]".
Field named(const Field& field) {
    for (const ConfigEntry& entry : field.node().entries) {
        if (entry.key == "name" && entry.value.kind == NodeKind::scalar && isProcessName(entry.value.text)) {
            return field.part(field.node(), "processes[" + entry.value.text + "]");
        }
    }
    return field;
}

bool hasKey(const Field& mapping, std::string_view key) {
    const auto& entries = mapping.node().entries;
    return std::any_of(entries.begin(), entries.end(),
                       [key](const ConfigEntry& entry) { return entry.key == key; });
}

/// The unit file says which user the unit runs as.
void rejectUnusedUser(Section& entry, const ProcessDraft& draft) {
    const auto needsUser = [](const MonitorSource& source) { return runsPrograms(*source.schema); };
    if (!draft.hasUnit() || std::any_of(draft.monitors.begin(), draft.monitors.end(), needsUser)) {
        return;
    }
    for (const char* key : {"run_as_root", "run_as_user"}) {
        if (const auto given = entry.take(key)) {
            given->error(
                "belongs to a command or an exec monitor; how a unit runs is set in its unit file (see "
                "systemctl edit)");
        }
    }
}

std::optional<core::DependencyPlan> readDependency(const Field& field) {
    if (field.node().kind == NodeKind::mapping) {
        auto plan = readMapping<core::DependencyPlan>(field);
        return plan && !plan->target.empty() ? std::move(plan) : std::nullopt;
    }
    if (field.node().kind != NodeKind::scalar) {
        field.error("must be the name of a process or a mapping with a target");
        return std::nullopt;
    }
    const auto name = field.text();
    return name ? std::optional(core::DependencyPlan{.target = *name}) : std::nullopt;
}

/// Whether the targets exist is checked later, when all names are known.
void readDependencies(const Field& field, ProcessDraft& draft) {
    if (field.node().kind == NodeKind::scalar && field.node().text == "auto") {
        draft.plan.unitDependencies = true;
        if (!draft.hasUnit()) {
            field.error("auto takes the dependencies from a unit file, and this process has no unit");
        }
        return;
    }
    if (field.node().kind == NodeKind::scalar) {
        field.error("must be a list of dependencies, or auto (for a unit: those of its unit file)");
        return;
    }
    for (const Field& item : field.items().value_or(std::vector<Field>{})) {
        auto plan = readDependency(item);
        if (!plan) {
            continue;
        }
        auto& plans = draft.plan.dependencies;
        if (std::any_of(plans.begin(), plans.end(),
                        [&](const auto& known) { return known.target == plan->target; })) {
            item.error(quote(plan->target) + " is listed twice");
            continue;
        }
        plans.push_back(std::move(*plan));
        draft.dependencies.push_back(item.site());
    }
}

void noteMissing(std::span<const Missing> missing, ProcessDraft& draft) {
    std::string& reason = draft.plan.unavailable;
    for (const Missing& part : missing) {
        if (part.concern == Missing::Concern::process) {
            reason += (reason.empty() ? "" : "; ") + part.what.message;
        }
    }
    if (!reason.empty()) {
        reason += " (Healer looks again every few seconds)";
    }
}

} // namespace

ProcessCompiler::ProcessCompiler(std::span<const MonitorSchema> schemas, CommandCompiler commands)
    : schemas_(schemas), commands_(std::move(commands)) {}

std::optional<ProcessDraft> ProcessCompiler::compile(const Field& field) {
    auto entry = Section::open(named(field));
    if (!entry) {
        return std::nullopt;
    }
    ProcessDraft draft;
    draft.entry = entry->field().site();
    const std::size_t missingBefore = entry->field().findings().missing.size();
    readKeys(*entry, keysOf<core::ProcessPlan>(), draft.plan);
    if (!draft.plan.name.empty()) {
        draft.name = entry->take("name")->site();
    }
    if (const auto unit = entry->take("unit")) {
        // What is not given, the unit's own settings say.
        const auto stop = entry->take("stop");
        draft.plan.startTimeoutGiven = entry->take("start_timeout_secs").has_value();
        draft.plan.stopTimeoutGiven = stop && hasKey(*stop, "timeout_secs");
        if (stop && hasKey(*stop, "mode")) {
            stop->error("mode is set in the unit file (KillMode=)");
        }
        draft.unit = unit->site();
        if (const auto fault = commands_.faultOf(draft.plan.unit)) {
            unit->missing(*fault);
        }
        commands_.compileProbeUser(*entry, draft);
    } else {
        commands_.compile(*entry, draft);
    }
    compileMonitors(
        *entry, schemas_,
        [&](const Field& program, const std::string& path) {
            commands_.checkFurtherProgram(program, path, draft);
        },
        draft);
    rejectUnusedUser(*entry, draft);
    if (const auto dependencies = entry->take("dependencies")) {
        readDependencies(*dependencies, draft);
    }
    noteMissing(std::span(entry->field().findings().missing).subspan(missingBefore), draft);
    return draft;
}

} // namespace healer::config
