// SPDX-License-Identifier: Apache-2.0
#include "config/process_compiler.hpp"

#include "config/bounds.hpp"
#include "config/dependency_compiler.hpp"
#include "config/monitor_compiler.hpp"
#include "config/recovery_compiler.hpp"
#include "config/unit_compiler.hpp"

#include <algorithm>
#include <utility>

namespace healer::config {
namespace {

constexpr std::size_t kLongestName = 64;

bool isProcessName(std::string_view name) {
    return !name.empty() && name.size() <= kLongestName && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '.' || c == '@' || c == '-';
    });
}

/// "processes[web]" says more than "processes[3]".
Field named(const Field& field) {
    for (const ConfigEntry& entry : field.node().entries) {
        if (entry.key == "name" && entry.value.kind == NodeKind::scalar && isProcessName(entry.value.text)) {
            return field.part(field.node(), "processes[" + entry.value.text + "]");
        }
    }
    return field;
}

void compileName(Section& entry, ProcessDraft& draft) {
    const auto field = entry.require("name");
    const auto name = field ? field->text() : std::nullopt;
    if (!name) {
        return;
    }
    if (!isProcessName(*name)) {
        field->error("must be 1 to 64 of the characters A-Z a-z 0-9 _ . @ -, not " + quote(*name));
        return;
    }
    draft.plan.name = *name;
    draft.name = field->site();
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
    compileName(*entry, draft);
    if (const auto enabled = entry->take("enabled")) {
        draft.plan.enabled = enabled->boolean().value_or(true);
    }
    const auto command = entry->take("command");
    const auto unit = entry->take("unit");
    if (command && unit) {
        unit->error("give either command or unit, not both");
    }
    if (unit) {
        compileUnit(*entry, *unit, draft);
        commands_.compileProbeUser(*entry, draft);
    } else {
        commands_.compile(*entry, draft);
    }
    if (const auto stop = entry->take("stop")) {
        draft.plan.stop = compileStop(*stop);
    }
    if (const auto timeout = entry->take("start_timeout_secs")) {
        draft.plan.startTimeout = timeout->seconds(kTimeout).value_or(draft.plan.startTimeout);
    }
    compileMonitors(*entry, draft);
    refuseIdleUser(*entry, draft);
    completeMonitors(draft, schemas_, entry->field().findings());
    if (const auto recovery = entry->take("recovery")) {
        draft.plan.recovery = compileRecovery(*recovery);
    }
    if (const auto dependencies = entry->take("dependencies")) {
        compileDependencies(*dependencies, draft);
    }
    entry->rejectUnknownKeys();
    return draft;
}

void ProcessCompiler::compileMonitors(Section& entry, ProcessDraft& draft) const {
    const auto one = entry.take("monitor");
    const auto many = entry.take("monitors");
    if (one && many) {
        many->error("give either monitor or monitors, not both");
    } else if (!one && !many && draft.unit.place.line == 0) {
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
