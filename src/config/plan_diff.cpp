// SPDX-License-Identifier: Apache-2.0
#include "config/plan_diff.hpp"

#include "config/plan_keys.hpp"

#include <algorithm>

namespace healer::config {
namespace {

bool sameSettings(const core::Plan& left, const core::Plan& right) {
    const auto keys = keysOf<core::Plan>();
    return std::all_of(keys.begin(), keys.end(), [&](const Key<core::Plan>& key) {
        return key.fills.get == nullptr || key.fills.get(left) == key.fills.get(right);
    });
}

/// Whether a start would differ although the entry is the same: by the launch mode, or by the directory of
/// the default output file, which systemd does not use. (The working directory is part of the entry.)
bool sameInheritance(const core::Plan& from, const core::Plan& to, const core::ProcessPlan& process) {
    if (!process.unit.empty()) {
        return true;
    }
    const bool mayUseLogDirectory = !process.command.output && to.launch != core::LaunchMode::service;
    return from.launch == to.launch && (!mayUseLogDirectory || from.logDirectory == to.logDirectory);
}

} // namespace

PlanDiff diff(const core::Plan& from, const core::Plan& to) {
    PlanDiff result;
    result.settingsChanged = !sameSettings(from, to);
    auto before = from.processes.begin();
    auto after = to.processes.begin();
    while (before != from.processes.end() || after != to.processes.end()) {
        if (after == to.processes.end() ||
            (before != from.processes.end() && (*before)->name < (*after)->name)) {
            result.removed.push_back((*before)->name);
            ++before;
        } else if (before == from.processes.end() || (*after)->name < (*before)->name) {
            result.added.push_back((*after)->name);
            ++after;
        } else {
            if (!(*before == *after) || !sameInheritance(from, to, **after)) {
                result.changed.push_back((*after)->name);
            }
            ++before;
            ++after;
        }
    }
    return result;
}

} // namespace healer::config
