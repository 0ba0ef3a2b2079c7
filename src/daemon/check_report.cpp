// SPDX-License-Identifier: Apache-2.0
#include "daemon/check_report.hpp"

#include <nlohmann/json.hpp>

#include <span>
#include <variant>
#include <vector>

namespace healer::daemon {

namespace {

using nlohmann::json;

json encode(std::span<const config::Diagnostic> diagnostics) {
    json list = json::array();
    for (const config::Diagnostic& diagnostic : diagnostics) {
        json one{{"file", diagnostic.file}, {"message", diagnostic.message}};
        if (diagnostic.place.line > 0) {
            one["line"] = diagnostic.place.line;
            one["column"] = diagnostic.place.column;
        }
        if (!diagnostic.key.empty()) {
            one["key"] = diagnostic.key;
        }
        if (!diagnostic.suggestion.empty()) {
            one["suggestion"] = diagnostic.suggestion;
        }
        list.push_back(std::move(one));
    }
    return list;
}

/// What the table of `healer --check` has. The environment is left out: it may hold secrets.
json encode(const core::ProcessPlan& process) {
    json monitors = json::array();
    for (const core::MonitorPlan& monitor : process.monitors) {
        monitors.push_back(monitor.type);
    }
    json one{{"name", process.name}, {"enabled", process.enabled}, {"monitors", std::move(monitors)}};
    if (process.unit.empty()) {
        one["command"] = json::array({process.command.path});
        for (const std::string& argument : process.command.args) {
            one["command"].push_back(argument);
        }
        one["user"] = process.command.user.name;
    } else {
        one["unit"] = process.unit;
    }
    return one;
}

} // namespace

std::string checkReport(const std::string& path, const config::LoadOutcome& outcome) {
    const auto* loaded = std::get_if<config::LoadedConfig>(&outcome);
    json report{{"valid", loaded != nullptr},
                {"file", path},
                {"processes", json::array()},
                {"errors", json::array()},
                {"warnings", json::array()}};
    if (loaded != nullptr) {
        for (const auto& process : loaded->plan.processes) {
            report["processes"].push_back(encode(*process));
        }
        report["warnings"] = encode(loaded->warnings);
    } else {
        report["errors"] = encode(std::get<std::vector<config::Diagnostic>>(outcome));
    }
    return report.dump(-1, ' ', true, json::error_handler_t::replace);
}

} // namespace healer::daemon
