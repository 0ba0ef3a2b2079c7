// SPDX-License-Identifier: Apache-2.0
#include "launch/service/failure_text.hpp"

#include "core/process.hpp"

namespace healer::launch::service {

namespace {

constexpr int kExecFailed = 203;

/// The exit statuses that systemd gives a child which could not become the program (systemd.exec(5)).
std::string setupFailure(int status, const systemd::TransientUnit& settings) {
    switch (status) {
    case 200:
        return "cannot enter working directory " + settings.workingDirectory + " (200/CHDIR)";
    case kExecFailed:
        return "the program cannot be executed (203/EXEC)";
    case 205:
        return "cannot set its resource limits (205/LIMITS)";
    case 206:
        return "cannot set its OOM score (206/OOM_ADJUST)";
    case 209:
        return "cannot open output " + settings.output.value_or("") + " (209/STDOUT)";
    case 216:
        return "cannot set the groups of user " + settings.user + " (216/GROUP)";
    case 217:
        return "cannot become user " + settings.user + " (217/USER)";
    case 219:
        return "cannot set up its control group (219/CGROUP)";
    case 222:
        return "cannot open output " + settings.output.value_or("") + " (222/STDERR)";
    default:
        return {};
    }
}

/// Whether it may work in a moment. Of a program that is there, and cannot be executed, that is not to be
/// expected.
bool isImpeded(const StartFailure& failure, bool programMissing) {
    const int status = systemd::mainExit(failure.facts).code.value_or(0);
    return programMissing || failure.facts.result == "resources" ||
           (core::isMissingForNow(status) && status != kExecFailed);
}

std::string reason(const StartFailure& failure, const systemd::TransientUnit& settings) {
    if (failure.jobResult == "timeout" || failure.facts.result == "timeout") {
        return "systemd gave up waiting for its start";
    }
    if (failure.jobResult == "canceled") {
        return "its start job was cancelled";
    }
    const core::Exit exit = systemd::mainExit(failure.facts);
    if (exit.code.value_or(0) != 0) {
        const auto setup = setupFailure(*exit.code, settings);
        return setup.empty() ? "it exited with status " + std::to_string(*exit.code) : setup;
    }
    if (exit.signal) {
        return "it was killed by " + core::signalName(*exit.signal) + " before it was executing";
    }
    if (failure.facts.result == "resources") {
        return "systemd lacked the resources or could not prepare the start";
    }
    return "systemd's start job ended as \"" + failure.jobResult + "\"";
}

} // namespace

core::Error describe(const StartFailure& failure, const systemd::TransientUnit& settings,
                     bool programMissing) {
    return {"cannot start " + settings.program + " as " + settings.unit + ": " + reason(failure, settings) +
                "; see journalctl -u " + settings.unit,
            isImpeded(failure, programMissing) ? core::ErrorKind::impeded : core::ErrorKind::failed};
}

} // namespace healer::launch::service
