// SPDX-License-Identifier: Apache-2.0
#include "launch/service/unit_launch.hpp"

#include "core/unit_name.hpp"
#include "launch/predecessor_wait.hpp"
#include "launch/service/failure_text.hpp"
#include "launch/session.hpp"
#include "runtime/spawn/environment_file.hpp"
#include "systemd/awaits.hpp"
#include "systemd/missed_end.hpp"
#include "systemd/transient_file.hpp"
#include "systemd/unit_reader.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

namespace healer::launch::service {

namespace {

using systemd::Failure;

constexpr core::Duration kFirstPause = std::chrono::milliseconds(5);
constexpr core::Duration kLastPause = std::chrono::milliseconds(500);

/// PID 1 unloads a unit that nothing refers to as soon as it is idle.
constexpr unsigned kMostUnloads = 4;

constexpr std::string_view kUnitExists = "org.freedesktop.systemd1.UnitExists";
constexpr std::string_view kBadUnitSetting = "org.freedesktop.systemd1.BadUnitSetting";
constexpr std::string_view kPropertyReadOnly = "org.freedesktop.DBus.Error.PropertyReadOnly";

bool isStartedSince(core::ProcessKey process, core::TimePoint when) {
    constexpr core::Duration kTick = std::chrono::milliseconds(10);
    return core::startTime(process) + kTick > when;
}

std::string cannotLook(int error) {
    return "its main process cannot be looked at: " + std::generic_category().message(error);
}

} // namespace

UnitLaunch::UnitLaunch(UnitLaunchContext context, LaunchOrder order, const std::optional<KnownUnit>& known,
                       Done done)
    : context_(context), order_(std::move(order)),
      secrets_(
          order_.command.environment.empty()
              ? std::string()
              : context_.environments.keep(core::transientUnitName(order_.name), order_.command.environment)),
      settings_(
          settingsFor(order_, secrets_ && !secrets_->empty() ? std::optional(*secrets_) : std::nullopt)),
      output_(chooseOutput(settings_)), pause_(kFirstPause), began_(context_.loop.now()),
      flow_(context_.loop, run(), std::move(done)) {
    circumstances_.predecessorWasMain = known && order_.predecessor == known->main;
    knowsUnit_ = circumstances_.predecessorWasMain &&
                 known->description == systemd::descriptionOf(settings_) &&
                 systemd::survivesReload(settings_);
}

runtime::Task<Events> UnitLaunch::run() {
    const auto gone = co_await predecessorEnd(context_.loop, order_.predecessor);
    if (!gone) {
        co_return fail(gone.error().in("cannot wait for the end of the predecessor"));
    }
    co_await endLeftovers();
    if (!output_) {
        co_return fail(output_.error().in("cannot start " + order_.command.path));
    }
    if (!secrets_) {
        co_return fail(secrets_.error().in("cannot keep the environment of " + settings_.unit));
    }
    co_await systemd::allRead(context_.manager);
    Outcome outcome = co_await askWhatWasMissed();
    if (!outcome && knowsUnit_ && !foreignJob()) {
        outcome = co_await start(Verb::restart);
    }
    while (!outcome) {
        outcome = co_await look();
    }
    co_return *outcome;
}

/// While the connection was broken (PID 1 was executing itself again) an operator may have stopped the unit.
runtime::Task<UnitLaunch::Outcome> UnitLaunch::askWhatWasMissed() {
    const auto process = core::processOf(order_.predecessor);
    if (!order_.afterFailure || !process ||
        (context_.manager.isConnected() && !context_.manager.jobs().mayHaveMissed(settings_.unit))) {
        co_return std::nullopt;
    }
    const auto end = co_await systemd::missedEnd(context_.loop, context_.manager, settings_.unit, *process);
    context_.manager.jobs().heard(settings_.unit, context_.loop.now());
    if (end.stopped) {
        co_return stoppedOnPurpose();
    }
    co_return std::nullopt;
}

/// What a predecessor that was started elsewhere has left behind would keep its ports. systemd ends what is
/// in the unit itself.
runtime::Task<> UnitLaunch::endLeftovers() {
    const auto leader = core::processOf(order_.predecessor);
    const auto mode = order_.stop.mode;
    if (!leader || circumstances_.predecessorWasMain || mode == core::KillMode::process ||
        !leftGroup(leader->pid)) {
        co_return;
    }
    const auto left = [leader = *leader, unit = settings_.unit] {
        auto members = membersOfSession(leader);
        if (members) {
            std::erase_if(*members, [&](const core::ProcessKey& member) {
                return systemd::processInUnit(member.pid, unit) == member;
            });
        }
        return members;
    };
    const EndingOrder order{mode == core::KillMode::mixed ? SIGKILL : order_.stop.signal,
                            order_.stop.timeout};
    const bool gone = co_await endAll(context_.loop, left, order);
    if (!gone) {
        context_.log.warn(order_.name + ": processes of an earlier start are not gone after SIGKILL; it is "
                                        "started all the same");
    }
}

runtime::Task<UnitLaunch::Outcome> UnitLaunch::look() {
    if (withdrawn_) {
        co_return Events();
    }
    starting_ = false;
    const auto answer = co_await systemd::query(context_.manager, settings_.unit);
    if (const auto* failure = std::get_if<Failure>(&answer)) {
        co_return co_await failed(*failure);
    }
    const auto& state = std::get<systemd::UnitState>(answer);
    // An operator request for a start overrides an earlier stop.
    circumstances_.foreignJob = order_.afterFailure && foreignJob();
    sameSettings_ = state.description == systemd::descriptionOf(settings_);
    circumstances_.restartable = sameSettings_ && state.intact && systemd::survivesReload(settings_);
    co_return co_await take(nextStep(state, circumstances_), state.job);
}

runtime::Task<UnitLaunch::Outcome> UnitLaunch::take(LaunchStep step, std::uint32_t job) {
    switch (step) {
    case LaunchStep::startNew:
        co_return co_await start(Verb::startTransient);
    case LaunchStep::restart:
        co_return co_await start(Verb::restart);
    case LaunchStep::resetThenNew: {
        const auto reset = co_await systemd::reset(context_.manager, settings_.unit);
        const auto* failure = std::get_if<Failure>(&reset);
        if (failure != nullptr && failure->name != systemd::kNoSuchUnit) {
            co_return co_await failed(*failure);
        }
        co_return co_await start(Verb::startTransient);
    }
    case LaunchStep::forgetThenNew:
        co_return co_await forget();
    case LaunchStep::stopThenNew: {
        const auto stopped = co_await systemd::runJob(context_.manager, request(Verb::stop));
        if (const auto* failure = std::get_if<Failure>(&stopped)) {
            co_return co_await refused(Verb::stop, *failure);
        }
        co_return std::nullopt;
    }
    case LaunchStep::inspectMain:
        co_return co_await inspectMain();
    case LaunchStep::awaitJob: {
        const auto ended = co_await systemd::endOfJob(context_.manager, job);
        if (const auto* failure = std::get_if<Failure>(&ended)) {
            co_return co_await failed(*failure);
        }
        co_return std::nullopt;
    }
    case LaunchStep::stoppedOnPurpose:
        co_return stoppedOnPurpose();
    }
    co_return std::nullopt;
}

/// Another unit that names this one (After=, Wants=) keeps it loaded as it was made.
runtime::Task<UnitLaunch::Outcome> UnitLaunch::forget() {
    if (const auto removed = systemd::removeTransientFile(settings_.unit); !removed || forgotten_) {
        const std::string why = removed ? "systemd does not forget what it was" : removed.error().message;
        co_return fail(core::Error{"cannot start " + order_.command.path + " as " + settings_.unit +
                                   " with its present settings: " + why});
    }
    forgotten_ = true;
    const auto reloaded = co_await systemd::reload(context_.manager);
    if (const auto* failure = std::get_if<Failure>(&reloaded)) {
        co_return co_await failed(*failure);
    }
    co_return std::nullopt;
}

/// It seems to be running. A living successor is adopted.
runtime::Task<UnitLaunch::Outcome> UnitLaunch::inspectMain() {
    const auto answer = co_await systemd::mainPid(context_.manager, settings_.unit);
    if (const auto* failure = std::get_if<Failure>(&answer)) {
        co_return co_await failed(*failure);
    }
    const auto key = systemd::processInUnit(std::get<pid_t>(answer), settings_.unit);
    if (key.isUnknown()) {
        co_return co_await pause(cannotLook(key.error()));
    }
    const bool successor = key && core::Instance(*key) != order_.predecessor;
    // A program that forks may have left its first process behind.
    const bool isOurs = sameSettings_ && (!order_.mayFork || (key && isStartedSince(*key, began_)));
    if (successor && (circumstances_.foreignJob || isOurs)) {
        co_return succeed(*key);
    }
    if (circumstances_.foreignJob && order_.mayFork) {
        co_return co_await readEnd();
    }
    co_return co_await take(stepForLeftover(circumstances_), 0);
}

runtime::Task<UnitLaunch::Outcome> UnitLaunch::start(Verb verb) {
    if (const auto checked = runtime::checkEnvironmentFiles(order_.command.environmentFiles); !checked) {
        co_return fail(checked.error().in("cannot start " + order_.command.path));
    }
    starting_ = true;
    circumstances_.predecessorWasMain = false; // what runs from now on may be its successor
    const auto ended = co_await systemd::runJob(context_.manager, request(verb));
    if (const auto* failure = std::get_if<Failure>(&ended)) {
        co_return co_await refused(verb, *failure);
    }
    const auto& result = std::get<std::string>(ended);
    if (result == "done") {
        co_return co_await readMain();
    }
    if (withdrawn_) {
        co_return Events();
    }
    if (result == "canceled") {
        // Another job has replaced our start: look again.
        co_return std::nullopt;
    }
    co_return co_await readFailure(result);
}

/// PID 1 has not made the job, or the connection broke before the job's end.
runtime::Task<UnitLaunch::Outcome> UnitLaunch::refused(Verb verb, Failure failure) {
    if (withdrawn_ && !systemd::isLost(failure)) {
        co_return Events();
    }
    const bool restarting = verb == Verb::restart;
    if (restarting && failure.name == systemd::kNoSuchUnit) {
        // A unit whose program exits with success is unloaded at once.
        co_return co_await start(Verb::startTransient);
    }
    if (needsOlderForkSupport(failure)) {
        context_.forkSupport = systemd::ForkSupport::remainAfterExit;
        co_return co_await start(Verb::startTransient);
    }
    if (failure.name == kUnitExists) {
        circumstances_.pinned = ++stillLoaded_ >= kMostUnloads;
    }
    if (failure.name == kUnitExists || failure.name == systemd::kNoSuchUnit ||
        (restarting && failure.name == kBadUnitSetting)) {
        co_return co_await pause(failure.message);
    }
    co_return co_await failed(failure);
}

bool UnitLaunch::needsOlderForkSupport(const Failure& failure) const {
    return failure.name == kPropertyReadOnly && context_.forkSupport == systemd::ForkSupport::exitType;
}

systemd::JobRequest UnitLaunch::request(Verb verb) const {
    systemd::JobRequest request;
    request.verb = verb;
    request.unit = settings_.unit;
    if (verb == Verb::startTransient) {
        request.transient = settings_;
        request.forkSupport = context_.forkSupport;
    }
    return request;
}

runtime::Task<UnitLaunch::Outcome> UnitLaunch::readMain() {
    const auto answer = co_await systemd::mainPid(context_.manager, settings_.unit);
    if (const auto* failure = std::get_if<Failure>(&answer)) {
        co_return co_await failed(*failure);
    }
    const auto key = systemd::processInUnit(std::get<pid_t>(answer), settings_.unit);
    if (key) {
        co_return succeed(*key);
    }
    if (key.isUnknown()) {
        co_return co_await pause(cannotLook(key.error()));
    }
    co_return co_await readEnd();
}

/// The program was executing, and its first process has ended since.
runtime::Task<UnitLaunch::Outcome> UnitLaunch::readEnd() {
    const auto answer = co_await systemd::read(context_.manager, settings_.unit);
    if (const auto* failure = std::get_if<Failure>(&answer)) {
        co_return co_await failed(*failure);
    }
    const auto& facts = std::get<systemd::UnitFacts>(answer);
    if (facts.execMainPid <= 0) {
        co_return fail(core::Error{"cannot start " + order_.command.path + " as " + settings_.unit +
                                   ": it ended as soon as it was started"});
    }
    const core::Instance key = core::EndedProcess{facts.execMainPid};
    Events events = succeed(key);
    events.emplace_back(core::event::Down{order_.name, key, systemd::mainExit(facts)});
    co_return events;
}

runtime::Task<UnitLaunch::Outcome> UnitLaunch::readFailure(std::string jobResult) {
    const auto answer = co_await systemd::read(context_.manager, settings_.unit);
    if (const auto* failure = std::get_if<Failure>(&answer)) {
        co_return co_await failed(*failure);
    }
    const StartFailure failure{jobResult, std::get<systemd::UnitFacts>(answer)};
    const bool missing = ::access(settings_.program.c_str(), F_OK) != 0 && errno == ENOENT;
    auto error = describe(failure, settings_, missing);
    co_return fail(std::move(error));
}

runtime::Task<UnitLaunch::Outcome> UnitLaunch::pause(std::string why) {
    if (pause_ >= kLastPause && !std::exchange(pauseLogged_, true)) {
        context_.log.warn("the start of " + settings_.unit + " has to wait: " + why);
    }
    const auto end = context_.loop.now() + pause_;
    pause_ = std::min(pause_ * 2, kLastPause);
    co_await runtime::until(context_.loop, end);
    co_return std::nullopt;
}

/// Whether PID 1 has received a call that was lost is seen when it can be asked again.
runtime::Task<UnitLaunch::Outcome> UnitLaunch::failed(Failure failure) {
    if (systemd::isLost(failure)) {
        co_await systemd::connection(context_.manager);
        co_return std::nullopt;
    }
    const auto kind = systemd::isNoAnswer(failure) ? core::ErrorKind::impeded : core::ErrorKind::failed;
    co_return fail(core::Error{
        "cannot start " + order_.command.path + " as " + settings_.unit + ": " + failure.message, kind});
}

std::string UnitLaunch::madeAs() const {
    return starting_ ? systemd::descriptionOf(settings_) : std::string();
}

Events UnitLaunch::succeed(core::Instance instance) {
    context_.manager.jobs().settle(settings_.unit, context_.loop.now());
    if (starting_) {
        context_.environments.removeOthers(settings_.unit, secrets_ ? *secrets_ : std::string());
    }
    return {core::event::LaunchFinished{order_.name, order_.attempt, instance}};
}

Events UnitLaunch::fail(core::Error error) const {
    return {core::event::LaunchFinished{order_.name, order_.attempt, std::move(error)}};
}

Events UnitLaunch::stoppedOnPurpose() {
    context_.manager.jobs().settle(settings_.unit, context_.loop.now());
    return {stoppedThroughSystemd(order_.name, settings_.unit)};
}

} // namespace healer::launch::service
