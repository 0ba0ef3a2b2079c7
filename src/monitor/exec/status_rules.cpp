// SPDX-License-Identifier: Apache-2.0
#include "monitor/exec/status_rules.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace healer::monitor::exec {

namespace {

using probe::Finding;
using probe::NumberRanges;
using probe::Verdict;

constexpr NumberRanges::Limits kStatuses{0, 255};
constexpr int kNagiosWarning = 1;
constexpr int kNagiosCritical = 2;
/// By a shell: the command cannot be executed, or was not found.
constexpr int kCannotExecute = 126;
constexpr int kNotFound = 127;

const std::string* textOf(const core::MonitorPlan& plan, std::string_view key) {
    const auto arg = plan.args.find(key);
    return arg == plan.args.end() ? nullptr : std::get_if<std::string>(&arg->second);
}

std::optional<NumberRanges> rangesOf(const core::MonitorPlan& plan, std::string_view key) {
    const auto* text = textOf(plan, key);
    return text == nullptr ? std::nullopt : std::optional(NumberRanges::parse(*text, kStatuses).value());
}

bool contains(const std::optional<NumberRanges>& ranges, int status) {
    return ranges && ranges->contain(status);
}

std::string with(std::string text, const std::string& output) {
    return output.empty() ? text : std::move(text) + ": " + output;
}

/// The folders and names of Nagios plug-ins, also within the script of a shell.
bool namesPlugin(std::string_view text) {
    constexpr std::string_view kName = "check_";
    for (const std::string_view folder : {"/nagios/plugins/", "/monitoring-plugins/", "/nagios-plugins/"}) {
        if (text.find(folder) != std::string_view::npos) {
            return true;
        }
    }
    for (auto at = text.find(kName); at != std::string_view::npos; at = text.find(kName, at + 1)) {
        if (at == 0 || text[at - 1] == '/') {
            return true;
        }
    }
    return false;
}

} // namespace

StatusRules StatusRules::of(const core::MonitorPlan& plan) {
    StatusRules rules;
    const auto* convention = textOf(plan, "convention");
    rules.nagios_ = convention != nullptr && *convention == "nagios";
    rules.fails_ = rangesOf(plan, "fail_status");
    rules.warns_ = rangesOf(plan, "warn_status");
    rules.saysNothing_ = rangesOf(plan, "silent_status");
    return rules;
}

/// The lists come before the convention; a status in several of them fails rather than warns.
StatusRules::Meaning StatusRules::meaningOf(int status) const {
    if (contains(fails_, status)) {
        return Meaning::fails;
    }
    if (contains(warns_, status)) {
        return Meaning::warns;
    }
    if (contains(saysNothing_, status)) {
        return Meaning::saysNothing;
    }
    if (status == 0) {
        return Meaning::passes;
    }
    if (nagios_) {
        return status == kNagiosWarning               ? Meaning::warns
               : status == kNagiosCritical && !fails_ ? Meaning::fails
                                                      : Meaning::saysNothing;
    }
    const bool fromShell = status == kCannotExecute || status == kNotFound;
    return fromShell || fails_ ? Meaning::saysNothing : Meaning::fails;
}

Finding StatusRules::judge(const core::Exit& exit, const std::string& output) const {
    const std::string how = with(core::describe(exit), output);
    if (exit.reason != core::ExitReason::exited || !exit.code) {
        return {Verdict::failed, how};
    }
    switch (meaningOf(*exit.code)) {
    case Meaning::passes:
        return {Verdict::passed, {}};
    case Meaning::warns:
        return {Verdict::passed, how};
    case Meaning::fails:
        return {Verdict::failed, how};
    case Meaning::saysNothing:
        break;
    }
    return {Verdict::unknown, how};
}

std::optional<std::string> checkStatuses(const core::ArgValue& value) {
    const auto ranges = NumberRanges::parse(std::get<std::string>(value), kStatuses);
    return ranges ? std::nullopt : std::optional(ranges.error().message + ", such as 1, 2-5 or 1,3-4");
}

std::optional<std::string> adviceOn(const core::MonitorPlan& plan) {
    for (const std::string_view key : {"convention", "fail_status", "warn_status", "silent_status"}) {
        if (textOf(plan, key) != nullptr) {
            return std::nullopt;
        }
    }
    const auto args = plan.args.find("args");
    const auto* list =
        args == plan.args.end() ? nullptr : std::get_if<std::vector<std::string>>(&args->second);
    const auto* command = textOf(plan, "command");
    const bool plugin = (command != nullptr && namesPlugin(*command)) ||
                        (list != nullptr && std::ranges::any_of(*list, namesPlugin));
    return plugin ? std::optional<std::string>(
                        "this looks like a Nagios plug-in: with convention: nagios, its status 1 is a "
                        "warning and 3 says nothing; without, both restart the process")
                  : std::nullopt;
}

} // namespace healer::monitor::exec
