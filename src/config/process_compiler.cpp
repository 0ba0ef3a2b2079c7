// SPDX-License-Identifier: Apache-2.0
#include "config/process_compiler.hpp"

#include "config/dependency_compiler.hpp"
#include "config/monitor_compiler.hpp"
#include "config/plan_keys.hpp"
#include "config/unit_compiler.hpp"

#include <algorithm>
#include <utility>

namespace healer::config {
namespace {

/// "processes[web]" says more than "processes[3]".
Field named(const Field& field) {
    for (const ConfigEntry& entry : field.node().entries) {
        if (entry.key == "name" && entry.value.kind == NodeKind::scalar && isProcessName(entry.value.text)) {
            return field.part(field.node(), "processes[" + entry.value.text + "]");
        }
    }
    return field;
}

/// A unit file says itself as whom its program runs.
void refuseIdleUser(Section& entry, const ProcessDraft& draft) {
    const auto& monitors = draft.plan.monitors;
    const bool runsProbes =
        std::any_of(monitors.begin(), monitors.end(),
                    [](const core::MonitorPlan& monitor) { return monitor.type == "exec"; });
    if (draft.unit.place.line == 0 || runsProbes) {
        return;
    }
    for (const char* key : {"run_as_root", "run_as_user"}) {
        if (const auto given = entry.take(key)) {
            given->error("belongs to a command or an exec monitor; a unit starts as its unit file says (see "
                         "systemctl edit)");
        }
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
    readKeys(*entry, keysOf<core::ProcessPlan>(), draft.plan);
    if (!draft.plan.name.empty()) {
        draft.name = entry->take("name")->site();
    }
    if (const auto unit = entry->take("unit")) {
        draft.unit = unit->site();
        commands_.compileProbeUser(*entry, draft);
    } else {
        commands_.compile(*entry, draft);
    }
    compileMonitors(*entry, draft);
    refuseIdleUser(*entry, draft);
    completeMonitors(draft, schemas_, entry->field().findings());
    if (const auto dependencies = entry->take("dependencies")) {
        compileDependencies(*dependencies, draft);
    }
    return draft;
}

void ProcessCompiler::compileMonitors(Section& entry, ProcessDraft& draft) const {
    const auto one = entry.take("monitor");
    const auto many = entry.take("monitors");
    if (!one && !many && draft.unit.place.line == 0) {
        entry.missing("monitor", "is required (or monitors, a list of them)");
    }
    if (one) {
        addMonitor(*one, draft);
    }
    const auto items = many ? many->items() : std::nullopt;
    if (items && items->empty()) {
        many->error("needs at least one monitor");
    }
    for (const Field& item : items.value_or(std::vector<Field>{})) {
        addMonitor(item, draft);
    }
}

void ProcessCompiler::addMonitor(const Field& field, ProcessDraft& draft) const {
    auto monitor = compileMonitor(field, schemas_, [&](const Field& program, const std::string& path) {
        commands_.checkFurtherProgram(program, path, draft);
    });
    if (!monitor) {
        return;
    }
    auto& known = draft.plan.monitors;
    if (std::find(known.begin(), known.end(), *monitor) != known.end()) {
        field.error("this monitor is listed twice");
        return;
    }
    known.push_back(std::move(*monitor));
    draft.monitors.push_back(field.site());
}

} // namespace healer::config
