// SPDX-License-Identifier: Apache-2.0
#include "config/unit_compiler.hpp"

#include "config/monitor_compiler.hpp"
#include "config/nearest.hpp"
#include "core/unit_name.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace healer::config {
namespace {

constexpr std::string_view kUnitType = "unit";
constexpr std::size_t kLongestUnit = 255;
constexpr std::array<std::string_view, 7> kSuffixes = {".service", ".socket", ".mount", ".swap",
                                                       ".path",    ".timer",  ".target"};
constexpr std::array<std::string_view, 4> kForeignSuffixes = {".slice", ".scope", ".device", ".automount"};
constexpr std::array<std::string_view, 5> kCommandKeys = {"args", "working_directory", "working_dir",
                                                          "environment", "output"};

bool isUnitLetter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '@' || c == '-' || c == ':' || c == '\\';
}

template <std::size_t Count>
bool endsInOne(std::string_view name, const std::array<std::string_view, Count>& suffixes) {
    return std::any_of(suffixes.begin(), suffixes.end(),
                       [name](std::string_view suffix) { return name.ends_with(suffix); });
}

/// What is wrong with the complete name; empty when it is good.
std::string faultOf(std::string_view unit) {
    const std::string_view stem = unit.substr(0, unit.rfind('.'));
    if (stem.find_first_of("*?[") != std::string_view::npos) {
        return "must name one unit, not a pattern: " + quote(unit);
    }
    if (stem.empty() || unit.size() > kLongestUnit || !std::all_of(stem.begin(), stem.end(), isUnitLetter) ||
        stem.front() == '@') {
        return quote(unit) + " is not the name of a unit";
    }
    if (stem.back() == '@') {
        return quote(unit) + " is a template; name an instance of it, such as " +
               quote(std::string(stem) + "1" + std::string(unit.substr(stem.size())));
    }
    if (unit == "healer.service" || core::isTransientUnitName(unit)) {
        return quote(unit) + " belongs to Healer itself";
    }
    return {};
}

void report(const Site& site, std::string message, Findings& findings) {
    findings.errors.push_back({site.file, site.place, site.key, std::move(message), {}});
}

core::MonitorPlan unitMonitor(std::span<const MonitorSchema> schemas) {
    core::MonitorPlan plan;
    plan.type = kUnitType;
    for (const MonitorSchema& schema : schemas) {
        if (schema.type == kUnitType) {
            plan.confirmsStart = schema.confirmsStart;
            plan.role = schema.role;
        }
    }
    return plan;
}

/// The unit that this monitor names, with its suffix.
std::string unitNamed(const core::MonitorPlan& monitor, const std::string& otherwise) {
    const auto arg = monitor.args.find(kUnitType);
    const auto* name = arg != monitor.args.end() ? std::get_if<std::string>(&arg->second) : nullptr;
    if (name == nullptr) {
        return otherwise;
    }
    return endsInOne(*name, kSuffixes) ? *name : *name + ".service";
}

void checkMonitor(core::MonitorPlan& monitor, const Site& site, const std::string& unit, Findings& findings) {
    if (monitor.type == kUnitType) {
        if (unitNamed(monitor, unit) != unit) {
            report(site,
                   "this monitor follows the unit of its own process, " + quote(unit) + "; leave it out",
                   findings);
        }
        monitor.args.insert_or_assign(std::string(kUnitType), unit);
    } else if (monitor.role == core::MonitorRole::instance) {
        report(site,
               "a monitor of type " + monitor.type +
                   " follows a command; a unit is followed through systemd, and may have probes besides",
               findings);
    }
}

/// Probes alone cannot tell which process they ask, and see an exit late.
void addInstanceMonitor(ProcessDraft& draft, std::span<const MonitorSchema> schemas) {
    auto& monitors = draft.plan.monitors;
    const bool onlyProbes =
        !monitors.empty() &&
        std::all_of(monitors.begin(), monitors.end(), [](const core::MonitorPlan& monitor) {
            return monitor.role == core::MonitorRole::probe;
        });
    if (auto monitor = onlyProbes ? defaultMonitor("ebpf", schemas) : std::nullopt) {
        monitors.push_back(std::move(*monitor));
        draft.monitors.push_back(draft.entry);
    }
}

} // namespace

std::optional<std::string> compileUnitName(const Field& field) {
    const auto text = field.text();
    if (!text) {
        return std::nullopt;
    }
    if (text->find('/') != std::string::npos) {
        field.error("must be the name of a unit, such as nginx.service, not a path");
        return std::nullopt;
    }
    if (endsInOne(*text, kForeignSuffixes)) {
        field.error(
            "Healer recovers units of the types service, socket, mount, swap, path, timer and target, not " +
            quote(*text));
        return std::nullopt;
    }
    std::string unit = endsInOne(*text, kSuffixes) ? *text : *text + ".service";
    if (auto fault = faultOf(unit); !fault.empty()) {
        field.error(std::move(fault));
        return std::nullopt;
    }
    return unit;
}

void compileUnit(Section& entry, const Field& unit, ProcessDraft& draft) {
    draft.unit = unit.site();
    if (auto name = compileUnitName(unit)) {
        draft.plan.unit = std::move(*name);
    }
    for (const std::string_view key : kCommandKeys) {
        if (const auto given = entry.take(key)) {
            given->error("belongs to a command; a unit starts as its unit file says (see systemctl edit)");
        }
    }
}

void completeMonitors(ProcessDraft& draft, std::span<const MonitorSchema> schemas, Findings& findings) {
    auto& monitors = draft.plan.monitors;
    const auto isUnit = [](const core::MonitorPlan& monitor) { return monitor.type == kUnitType; };
    if (draft.unit.place.line == 0) {
        for (std::size_t i = 0; i < monitors.size(); ++i) {
            if (isUnit(monitors[i])) {
                report(draft.monitors[i], "a monitor of type unit follows a unit, and this process has none",
                       findings);
            }
        }
        addInstanceMonitor(draft, schemas);
        return;
    }
    for (std::size_t i = 0; i < monitors.size(); ++i) {
        checkMonitor(monitors[i], draft.monitors[i], draft.plan.unit, findings);
    }
    if (std::none_of(monitors.begin(), monitors.end(), isUnit)) {
        core::MonitorPlan monitor = unitMonitor(schemas);
        monitor.args.emplace(kUnitType, draft.plan.unit);
        monitors.insert(monitors.begin(), std::move(monitor));
        draft.monitors.insert(draft.monitors.begin(), draft.unit);
    }
}

} // namespace healer::config
