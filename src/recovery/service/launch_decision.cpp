// SPDX-License-Identifier: Apache-2.0
#include "recovery/service/launch_decision.hpp"

namespace healer::recovery::service {

namespace {

bool seemsUp(const UnitState& state) {
    return state.active == "active" || state.active == "activating" || state.active == "reloading" ||
           state.active == "refreshing";
}

LaunchStep afterForeignJob(const UnitState& state) {
    if (state.job != 0) {
        return state.jobType == "stop" ? LaunchStep::stoppedOnPurpose : LaunchStep::awaitJob;
    }
    return state.loaded && seemsUp(state) ? LaunchStep::inspectMain : LaunchStep::stoppedOnPurpose;
}

} // namespace

LaunchStep nextStep(const UnitState& state, const LaunchCircumstances& circumstances) {
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

} // namespace healer::recovery::service
