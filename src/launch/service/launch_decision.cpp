// SPDX-License-Identifier: Apache-2.0
#include "launch/service/launch_decision.hpp"

namespace healer::launch::service {

namespace {

bool seemsUp(const systemd::UnitState& state) {
    return systemd::isActive(state.active) || state.active == "activating";
}

LaunchStep afterForeignJob(const systemd::UnitState& state) {
    if (state.job != 0) {
        return state.jobType == "stop" ? LaunchStep::stoppedOnPurpose : LaunchStep::awaitJob;
    }
    return state.loaded && seemsUp(state) ? LaunchStep::inspectMain : LaunchStep::stoppedOnPurpose;
}

} // namespace

LaunchStep nextStep(const systemd::UnitState& state, const LaunchCircumstances& circumstances) {
    if (circumstances.foreignJob) {
        return afterForeignJob(state);
    }
    if (!state.loaded) {
        return LaunchStep::startNew;
    }
    if (seemsUp(state)) {
        // Where PID 1 is late to notice the end of the predecessor there is nothing to inspect.
        return circumstances.predecessorWasMain ? stepForLeftover(circumstances) : LaunchStep::inspectMain;
    }
    if (circumstances.restartable) {
        return LaunchStep::restart;
    }
    if (state.active == "deactivating") {
        return LaunchStep::stopThenNew;
    }
    return circumstances.pinned && state.job == 0 ? LaunchStep::forgetThenNew : LaunchStep::resetThenNew;
}

bool didStop(const systemd::UnitState& state, const std::string& jobResult, const std::string& jobType) {
    if (state.loaded && seemsUp(state)) {
        return false;
    }
    if (!jobType.empty()) {
        return jobType == "stop";
    }
    // Its type could not be read in time. A start that fails leaves its result; a stop is always done.
    return jobResult == "done";
}

LaunchStep stepForLeftover(const LaunchCircumstances& circumstances) {
    return circumstances.restartable ? LaunchStep::restart : LaunchStep::stopThenNew;
}

core::event::StoppedOnPurpose stoppedThroughSystemd(const std::string& process, const std::string& unit) {
    return {process, "stopped through systemd (systemctl stop " + unit + ")"};
}

} // namespace healer::launch::service
