// SPDX-License-Identifier: Apache-2.0
#include "launch/service/unit_launch.hpp"

#include "systemd/unit_reader.hpp"

#include <algorithm>
#include <csignal>
#include <string_view>
#include <utility>

namespace healer::launch::service {

namespace {

constexpr core::Duration kFirstPause = std::chrono::milliseconds(5);
constexpr core::Duration kLastPause = std::chrono::milliseconds(500);

constexpr std::string_view kUnitExists = "org.freedesktop.systemd1.UnitExists";
constexpr std::string_view kNoSuchUnit = "org.freedesktop.systemd1.NoSuchUnit";
constexpr std::string_view kBadUnitSetting = "org.freedesktop.systemd1.BadUnitSetting";
constexpr std::string_view kPropertyReadOnly = "org.freedesktop.DBus.Error.PropertyReadOnly";

} // namespace

UnitLaunch::UnitLaunch(UnitLaunchContext context, LaunchOrder order, const std::optional<KnownUnit>& known,
                       Done done)
    : context_(context), order_(std::move(order)), settings_(settingsFor(order_)), done_(std::move(done)),
      pause_(kFirstPause) {
    circumstances_.predecessorWasMain = known && order_.predecessor == known->main;
    knowsUnit_ = circumstances_.predecessorWasMain &&
                 known->description == systemd::descriptionOf(settings_) &&
                 systemd::survivesReload(settings_);
    wait_.emplace(context_.loop, order_.predecessor,
                  [this](const core::Result<void>& gone) { predecessorGone(gone); });
}

void UnitLaunch::predecessorGone(const core::Result<void>& outcome) {
    if (!outcome) {
        fail(outcome.error().in("cannot wait for the end of the predecessor"));
        return;
    }
    wait_.reset();
    if (context_.client.hasUnread()) {
        fence_ = context_.client.whenRead([this] { decide(); });
    } else {
        decide();
    }
}

void UnitLaunch::decide() {
    if (knowsUnit_ && !context_.ledger.foreign(settings_.unit)) {
        restart();
    } else {
        query();
    }
}

void UnitLaunch::query() {
    starting_ = false;
    awaited_ = 0;
    call_ = context_.client.query(
        settings_.unit, [this](const std::variant<systemd::UnitState, Failure>& answer) {
            if (const auto* failure = std::get_if<Failure>(&answer)) {
                onFailure(*failure);
                return;
            }
            const auto& state = std::get<systemd::UnitState>(answer);
            // A person who asks for a start outranks the one who stopped it before.
            circumstances_.foreignJob = order_.afterFailure && context_.ledger.foreign(settings_.unit);
            sameSettings_ = state.description == systemd::descriptionOf(settings_);
            circumstances_.restartable = sameSettings_ && state.intact && systemd::survivesReload(settings_);
            const auto step = nextStep(state, circumstances_);
            if (step == LaunchStep::awaitJob) {
                await(state.job);
            } else {
                take(step);
            }
        });
}

void UnitLaunch::take(LaunchStep step) {
    switch (step) {
    case LaunchStep::startNew:
        startNew();
        break;
    case LaunchStep::restart:
        restart();
        break;
    case LaunchStep::resetThenNew:
        reset();
        break;
    case LaunchStep::stopThenNew:
        stop();
        break;
    case LaunchStep::inspectMain:
        inspectMain();
        break;
    case LaunchStep::awaitJob:
        break;
    case LaunchStep::stoppedOnPurpose:
        context_.ledger.settle(settings_.unit);
        finish({core::event::StoppedOnPurpose{order_.name, "stopped through systemd (systemctl stop " +
                                                               settings_.unit + ")"}});
        break;
    }
}

void UnitLaunch::startNew() {
    restarting_ = false;
    if (const auto checked = checkOutput(settings_); !checked) {
        fail(checked.error().in("cannot start " + order_.command.path));
        return;
    }
    starting_ = true;
    submission_ = context_.client.startNew(
        settings_, context_.forkSupport,
        [this](const std::variant<std::uint32_t, Failure>& outcome) { submitted(outcome); });
}

void UnitLaunch::restart() {
    restarting_ = true;
    if (const auto checked = checkOutput(settings_); !checked) {
        fail(checked.error().in("cannot start " + order_.command.path));
        return;
    }
    starting_ = true;
    submission_ = context_.client.restart(
        settings_.unit, [this](const std::variant<std::uint32_t, Failure>& outcome) { submitted(outcome); });
}

void UnitLaunch::reset() {
    call_ =
        context_.client.reset(settings_.unit, [this](const std::variant<std::monostate, Failure>& answer) {
            const auto* failure = std::get_if<Failure>(&answer);
            if (failure != nullptr && failure->name != kNoSuchUnit) {
                onFailure(*failure);
                return;
            }
            startNew();
        });
}

void UnitLaunch::stop() {
    submission_ = context_.client.stop(
        settings_.unit, [this](const std::variant<std::uint32_t, Failure>& outcome) { submitted(outcome); });
}

void UnitLaunch::inspectMain() {
    readNumber("MainPID", [this](std::int64_t pid) {
        const auto key = systemd::processInUnit(static_cast<pid_t>(pid), settings_.unit);
        const bool successor = key && core::Instance(*key) != order_.predecessor;
        if (successor && (circumstances_.foreignJob || (sameSettings_ && !settings_.mayFork))) {
            succeed(*key);
        } else if (circumstances_.foreignJob && settings_.mayFork) {
            readEnd();
        } else {
            take(stepForLeftover(circumstances_));
        }
    });
}

void UnitLaunch::submitted(const std::variant<std::uint32_t, Failure>& outcome) {
    if (const auto* job = std::get_if<std::uint32_t>(&outcome)) {
        await(*job);
    } else {
        refused(std::get<Failure>(outcome));
    }
}

void UnitLaunch::refused(const Failure& failure) {
    if (withdrawn_) {
        finish({});
        return;
    }
    const bool unloaded = failure.name == kNoSuchUnit && restarting_;
    const bool tooOld = failure.name == kPropertyReadOnly && settings_.mayFork &&
                        context_.forkSupport == systemd::ForkSupport::exitType;
    if (tooOld) {
        context_.forkSupport = systemd::ForkSupport::remainAfterExit;
    }
    if (unloaded || tooOld) {
        // A unit whose program exits with success is unloaded at once.
        startNew();
    } else if (failure.name == kUnitExists || failure.name == kNoSuchUnit ||
               (failure.name == kBadUnitSetting && restarting_)) {
        later(failure.message);
    } else {
        onFailure(failure);
    }
}

void UnitLaunch::later(const std::string& why) {
    if (pause_ >= kLastPause && !std::exchange(toldPause_, true)) {
        context_.log.warn("the start of " + settings_.unit + " has to wait: " + why);
    }
    next_ = context_.loop.addTimer(context_.loop.now() + pause_, [this] { query(); });
    pause_ = std::min(pause_ * 2, kLastPause);
}

void UnitLaunch::onFailure(const Failure& failure) {
    if (failure.name == systemd::Connection::kLost) {
        // Whether PID 1 has got the call shows when it is back.
        lost_ = true;
        return;
    }
    fail(core::Error{"cannot start " + order_.command.path + " as " + settings_.unit + ": " +
                     failure.message});
}

void UnitLaunch::connected() {
    if (wait_ || done_ == nullptr) {
        return;
    }
    // Ends of jobs may have been missed, so the unit itself is asked whatever this was waiting for.
    lost_ = false;
    if (withdrawn_) {
        finish({});
        return;
    }
    submission_.reset();
    fence_.reset();
    next_.reset();
    query();
}

void UnitLaunch::await(std::uint32_t job) {
    awaited_ = job;
    if (const auto result = context_.ledger.resultOf(settings_.unit, job)) {
        jobEnded(*result);
    }
}

std::string UnitLaunch::madeAs() const {
    return starting_ ? systemd::descriptionOf(settings_) : std::string();
}

void UnitLaunch::jobRemoved(std::uint32_t job) {
    if (awaited_ != 0 && job == awaited_ && !lost_) {
        if (const auto result = context_.ledger.resultOf(settings_.unit, job)) {
            jobEnded(*result);
        }
    }
}

void UnitLaunch::jobEnded(const std::string& result) {
    awaited_ = 0;
    if (withdrawn_ && result != "done") {
        finish({});
    } else if (!starting_ || result == "canceled") {
        // Somebody else's job, our stop, or our start overtaken by somebody: look again.
        query();
    } else if (result == "done") {
        readMain();
    } else {
        readFailure(result);
    }
}

void UnitLaunch::readNumber(const char* property, std::function<void(std::int64_t)> next) {
    call_ = context_.client.number(
        settings_.unit, property,
        [this, next = std::move(next)](const std::variant<std::int64_t, Failure>& answer) {
            if (const auto* failure = std::get_if<Failure>(&answer)) {
                onFailure(*failure);
                return;
            }
            next(std::get<std::int64_t>(answer));
        });
}

void UnitLaunch::readMain() {
    readNumber("MainPID", [this](std::int64_t pid) {
        if (const auto key = systemd::processInUnit(static_cast<pid_t>(pid), settings_.unit)) {
            succeed(*key);
        } else {
            readEnd();
        }
    });
}

void UnitLaunch::readEnd() {
    readNumber("ExecMainPID", [this](std::int64_t pid) { endRead(pid); });
}

/// The program was executing and its first process has ended since.
void UnitLaunch::endRead(std::int64_t pid) {
    const core::Instance key = core::EndedProcess{static_cast<pid_t>(pid)};
    if (pid <= 0) {
        fail(core::Error{"cannot start " + order_.command.path + " as " + settings_.unit +
                         ": it ended as soon as it was started"});
        return;
    }
    if (settings_.mayFork) {
        succeed(key);
        return;
    }
    readNumber("ExecMainCode", [this, key](std::int64_t code) {
        readNumber("ExecMainStatus", [this, key, code](std::int64_t status) {
            context_.ledger.settle(settings_.unit);
            finish({core::event::LaunchFinished{order_.name, order_.attempt, key},
                    core::event::Down{
                        order_.name, key,
                        core::exitFromChildCode(static_cast<int>(code), static_cast<int>(status))}});
        });
    });
}

void UnitLaunch::readFailure(const std::string& jobResult) {
    failure_ = StartFailure{};
    failure_.jobResult = jobResult;
    call_ = context_.client.text(settings_.unit, "Result",
                                 [this](const std::variant<std::string, Failure>& answer) {
                                     if (const auto* text = std::get_if<std::string>(&answer)) {
                                         failure_.unitResult = *text;
                                     }
                                     readNumber("ExecMainCode", [this](std::int64_t code) {
                                         failure_.exitCode = code;
                                         readNumber("ExecMainStatus", [this](std::int64_t status) {
                                             failure_.status = status;
                                             fail(core::Error{describe(failure_, settings_)});
                                         });
                                     });
                                 });
}

void UnitLaunch::succeed(core::Instance key) {
    context_.ledger.settle(settings_.unit);
    finish({core::event::LaunchFinished{order_.name, order_.attempt, key}});
}

void UnitLaunch::fail(core::Error error) {
    finish({core::event::LaunchFinished{order_.name, order_.attempt, std::move(error)}});
}

void UnitLaunch::finish(std::vector<core::Event> events) {
    const auto done = std::exchange(done_, nullptr);
    done(std::move(events));
}

} // namespace healer::launch::service
