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
    return state.active == "deactivating" ? LaunchStep::stopThenNew : LaunchStep::resetThenNew;
}

LaunchStep stepForLeftover(const LaunchCircumstances& circumstances) {
    return circumstances.restartable ? LaunchStep::restart : LaunchStep::stopThenNew;
}

} // namespace healer::launch::service
