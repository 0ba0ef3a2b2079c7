// SPDX-License-Identifier: Apache-2.0
#include "launch/unit/unit_start.hpp"

#include "runtime/pidfd.hpp"
#include "systemd/awaits.hpp"
#include "systemd/surroundings.hpp"
#include "systemd/unit_character.hpp"

#include <chrono>
#include <utility>
#include <variant>

namespace healer::launch::unit {

namespace {

using systemd::Failure;

constexpr core::Duration kPause = std::chrono::milliseconds(50);

/// Unknown where its main process cannot be looked at for now.
runtime::Reading<core::Instance> instance(const systemd::UnitFacts& facts) {
    if (!systemd::isActive(facts)) {
        return runtime::Reading<core::Instance>::none();
    }
    const auto main = runtime::keyOfPid(facts.mainPid);
    return main.isUnknown() ? runtime::Reading<core::Instance>::as(main)
                            : systemd::instanceOf(facts, main.orNone());
}

} // namespace

UnitStart::UnitStart(runtime::Loop& loop, systemd::Manager& manager, LaunchOrder order,
                     std::optional<std::uint32_t> restart, Done done)
    : loop_(loop), manager_(manager), order_(std::move(order)), restart_(restart),
      flow_(loop, run(), std::move(done)) {
    circumstances_.predecessor = order_.predecessor;
    circumstances_.afterFailure = order_.afterFailure;
}

runtime::Task<Events> UnitStart::run() {
    Outcome outcome;
    if (restart_) {
        outcome = co_await followRestart(*restart_);
    }
    while (!outcome) {
        outcome = co_await look();
    }
    co_return *outcome;
}

runtime::Task<UnitStart::Outcome> UnitStart::look() {
    jobUnderWay_ = false;
    const auto answer = co_await systemd::read(manager_, order_.unit);
    if (const auto* failure = std::get_if<Failure>(&answer)) {
        co_return co_await failed(*failure);
    }
    const auto& facts = std::get<systemd::UnitFacts>(answer);
    const auto running = instance(facts);
    if (running.isUnknown()) {
        co_return co_await pause();
    }
    circumstances_.instance = running.orNone();
    // A start that was awaited has made another run, whatever became of it.
    // What has taken the place of this start, and has left the unit at rest without a failure, was a stop.
    const bool stoppedInstead = cancelled_ && facts.active == "inactive" && facts.result == "success";
    circumstances_.awaitedStop =
        stoppedInstead || (awaitedForeign_ && (facts.invocation.empty() || facts.invocation == awaitedRun_));

    switch (nextStep(facts, circumstances_)) {
    case StartStep::refuse:
        co_return fail(systemd::loadFailure(facts, order_.unit), core::ErrorKind::impeded);
    case StartStep::awaitJob:
        co_return co_await awaitJob(facts.job, facts.invocation);
    case StartStep::adopt:
        co_return succeed(*circumstances_.instance);
    case StartStep::restart:
        co_return co_await start(Verb::restart, facts);
    case StartStep::start: {
        // A unit that PID 1 has not loaded has nothing to reset; the start reports whatever else is wrong.
        const auto reset = co_await systemd::reset(manager_, order_.unit);
        const auto* failure = std::get_if<Failure>(&reset);
        if (failure != nullptr && systemd::isLost(*failure)) {
            co_return co_await failed(*failure);
        }
        co_return co_await start(Verb::start, facts);
    }
    case StartStep::stoppedOnPurpose: {
        const core::event::StoppedOnPurpose stopped{order_.name, "stopped through systemd (systemctl stop " +
                                                                     order_.unit + ")"};
        co_return Events{stopped};
    }
    }
    co_return std::nullopt;
}

runtime::Task<UnitStart::Outcome> UnitStart::pause() {
    const auto end = loop_.now() + kPause;
    co_await runtime::until(loop_, end);
    co_return std::nullopt;
}

runtime::Task<UnitStart::Outcome> UnitStart::awaitJob(std::uint32_t job, std::string invocation) {
    awaitedRun_ = invocation;
    const bool own = manager_.jobs().isOwn(job);
    const auto asked = co_await systemd::query(manager_, order_.unit);
    const auto* state = std::get_if<systemd::UnitState>(&asked);
    const bool starts = state != nullptr && state->job == job && state->jobType != "stop";
    const auto ended = co_await systemd::endOfJob(manager_, job);
    if (const auto* failure = std::get_if<Failure>(&ended)) {
        co_return co_await failed(*failure);
    }
    awaitedForeign_ =
        std::get<std::string>(ended) == "done" && !own && !starts && !manager_.jobs().isOwn(job);
    co_return std::nullopt;
}

runtime::Task<UnitStart::Outcome> UnitStart::followRestart(std::uint32_t job) {
    jobUnderWay_ = true;
    const auto ended = co_await systemd::endOfJob(manager_, job);
    if (const auto* failure = std::get_if<Failure>(&ended)) {
        co_return co_await failed(*failure);
    }
    co_return co_await jobEnded(std::get<std::string>(ended), std::nullopt);
}

runtime::Task<UnitStart::Outcome> UnitStart::start(Verb verb, systemd::UnitFacts before) {
    systemd::JobRequest request;
    request.verb = verb;
    request.unit = order_.unit;
    jobUnderWay_ = true;
    // What ended well is unloaded at once, and PID 1 then knows nothing of it; but it has reported it.
    systemd::UnitFacts heard = before;
    const auto watching = manager_.watch(
        order_.unit, [&heard](const systemd::Manager::Change& change) { (void)change.apply(heard); });
    const auto ended = co_await systemd::runJob(manager_, request);
    if (const auto* failure = std::get_if<Failure>(&ended)) {
        co_return co_await failed(*failure);
    }
    heard.job = 0;
    const bool anotherRun = heard.invocation != before.invocation;
    std::optional<systemd::UnitFacts> run;
    if (anotherRun) {
        run = heard;
    }
    co_return co_await jobEnded(std::get<std::string>(ended), run);
}

/// `heard`: the run that it has made, as PID 1 reported it, for when that has been unloaded.
runtime::Task<UnitStart::Outcome> UnitStart::jobEnded(std::string result,
                                                      std::optional<systemd::UnitFacts> heard) {
    jobUnderWay_ = false;
    if (result == "canceled") {
        // An operator's job has taken its place: a stop counts, whatever this start was for.
        circumstances_.afterFailure = true;
        cancelled_ = true;
        co_return std::nullopt;
    }
    const auto answer = co_await systemd::read(manager_, order_.unit);
    if (const auto* failure = std::get_if<Failure>(&answer)) {
        co_return co_await failed(*failure);
    }
    systemd::UnitFacts facts = std::get<systemd::UnitFacts>(answer);
    if (heard && systemd::isUntouched(facts)) {
        facts = *heard;
    }
    if (instance(facts).isUnknown()) {
        co_return co_await pause();
    }
    const std::string trigger = co_await systemd::activeTrigger(manager_, facts);
    co_return conclude(result, facts, trigger);
}

Events UnitStart::conclude(const std::string& result, const systemd::UnitFacts& facts,
                           const std::string& trigger) const {
    if (const auto key = instance(facts)) {
        return succeed(*key);
    }
    const bool ran = result == "done" && facts.conditionsMet && facts.execMainPid != 0;
    if (!ran) {
        const bool impeded =
            facts.result == "resources" || result == "dependency" ||
            (result == "failed" && core::isMissingForNow(systemd::mainExit(facts).code.value_or(0)));
        return fail(failureText(order_.unit, result, facts),
                    impeded ? core::ErrorKind::impeded : core::ErrorKind::failed);
    }
    // It was up, and has ended since.
    const core::Instance key = core::EndedProcess{facts.execMainPid};
    Events events = succeed(key);
    if (systemd::conditionOf(facts) == systemd::UnitCondition::down) {
        events.emplace_back(
            core::event::Down{order_.name, key, systemd::exitOf(facts), systemd::judgeEnd(facts, trigger)});
    }
    return events;
}

/// What PID 1 has made of a call that was lost, and the end of a job that was missed, show in the unit itself
/// when it can be asked again.
runtime::Task<UnitStart::Outcome> UnitStart::failed(Failure failure) {
    if (systemd::isLost(failure)) {
        co_await systemd::connection(manager_);
        co_return std::nullopt;
    }
    jobUnderWay_ = false;
    const auto kind = systemd::isNoAnswer(failure) ? core::ErrorKind::impeded : core::ErrorKind::failed;
    co_return fail("systemd does not start unit " + order_.unit + ": " + failure.message, kind);
}

Events UnitStart::succeed(core::Instance running) const {
    return {core::event::LaunchFinished{order_.name, order_.attempt, running}};
}

Events UnitStart::fail(std::string why, core::ErrorKind kind) const {
    return {core::event::LaunchFinished{order_.name, order_.attempt, core::Error{std::move(why), kind}}};
}

} // namespace healer::launch::unit
