// SPDX-License-Identifier: Apache-2.0
#include "launch/unit/unit_start.hpp"

#include "runtime/pidfd.hpp"

#include <utility>

namespace healer::launch::unit {

namespace {

std::optional<core::Instance> instance(const systemd::UnitFacts& facts) {
    if (!systemd::isActive(facts)) {
        return std::nullopt;
    }
    return systemd::instanceOf(facts, facts.mainPid != 0 ? runtime::keyOfPid(facts.mainPid) : std::nullopt);
}

} // namespace

UnitStart::UnitStart(systemd::Connection& bus, systemd::UnitClient& client, LaunchOrder order,
                     bool stoppedByHealer, Done done)
    : bus_(bus), client_(client), order_(std::move(order)), done_(std::move(done)),
      reader_(bus, order_.unit) {
    circumstances_.predecessor = order_.predecessor;
    circumstances_.afterFailure = order_.afterFailure;
    circumstances_.stoppedByHealer = stoppedByHealer;
    look();
}

void UnitStart::read(std::function<void(const systemd::UnitFacts&)> next) {
    reader_.read([this, next = std::move(next)](const std::variant<systemd::UnitFacts, Failure>& outcome) {
        if (const auto* failure = std::get_if<Failure>(&outcome)) {
            onFailure(*failure);
        } else {
            next(std::get<systemd::UnitFacts>(outcome));
        }
    });
}

void UnitStart::look() {
    asked_ = false;
    ended_ = false;
    awaited_ = 0;
    read([this](const systemd::UnitFacts& facts) { lookedAt(facts); });
}

void UnitStart::lookedAt(const systemd::UnitFacts& facts) {
    circumstances_.instance = instance(facts);
    // A start that was awaited has made another run, whatever became of it.
    circumstances_.awaitedStop =
        awaitedForeign_ && (facts.invocation.empty() || facts.invocation == awaitedRun_);
    switch (nextStep(facts, circumstances_)) {
    case StartStep::refuse:
        fail(systemd::loadTrouble(facts, order_.unit));
        break;
    case StartStep::awaitJob:
        awaited_ = facts.job;
        awaitedRun_ = facts.invocation;
        break;
    case StartStep::adopt:
        succeed(*circumstances_.instance);
        break;
    case StartStep::restart:
        submit(true);
        break;
    case StartStep::start:
        resetThenStart();
        break;
    case StartStep::stoppedOnPurpose:
        finish({core::event::StoppedOnPurpose{order_.name, "stopped through systemd (systemctl stop " +
                                                               order_.unit + ")"}});
        break;
    }
}

/// A unit that PID 1 has not loaded has nothing to reset; whatever else is in the way, the start will tell.
void UnitStart::resetThenStart() {
    call_ = client_.reset(order_.unit, [this](const std::variant<std::monostate, Failure>& outcome) {
        const auto* failure = std::get_if<Failure>(&outcome);
        if (failure != nullptr && failure->name == systemd::Connection::kLost) {
            onFailure(*failure);
        } else {
            submit(false);
        }
    });
}

void UnitStart::submit(bool restart) {
    asked_ = true;
    const auto answered = [this](const std::variant<std::uint32_t, Failure>& outcome) { submitted(outcome); };
    submission_ = restart ? client_.restart(order_.unit, answered) : client_.start(order_.unit, answered);
}

void UnitStart::submitted(const std::variant<std::uint32_t, Failure>& outcome) {
    if (const auto* failure = std::get_if<Failure>(&outcome)) {
        ended_ = true;
        onFailure(*failure);
        return;
    }
    awaited_ = std::get<std::uint32_t>(outcome);
}

void UnitStart::jobRemoved(std::uint32_t job, const std::string& result) {
    if (awaited_ == 0 || job != awaited_) {
        return;
    }
    awaited_ = 0;
    if (!asked_) {
        awaitedForeign_ = result == "done" && !bus_.isOwn(job);
        look();
        return;
    }
    ended_ = true;
    readOutcome(result);
}

void UnitStart::readOutcome(const std::string& result) {
    read([this, result](const systemd::UnitFacts& facts) { conclude(result, facts); });
}

void UnitStart::conclude(const std::string& result, const systemd::UnitFacts& facts) {
    if (const auto key = instance(facts)) {
        succeed(*key);
        return;
    }
    const bool ran = result == "done" && facts.conditionsMet && facts.execMainPid != 0;
    if (!ran) {
        fail(failureText(order_.unit, result, facts));
        return;
    }
    // It was up, and has ended since.
    const core::Instance key = core::EndedProcess{facts.execMainPid};
    std::vector<core::Event> events{core::event::LaunchFinished{order_.name, order_.attempt, key}};
    if (systemd::conditionOf(facts) == systemd::UnitCondition::down) {
        events.emplace_back(core::event::Down{order_.name, key, systemd::exitOf(facts)});
    }
    finish(std::move(events));
}

void UnitStart::onFailure(const Failure& failure) {
    // What PID 1 has made of a call that got lost shows when it is back: see connected().
    if (failure.name != systemd::Connection::kLost) {
        fail("systemd does not start unit " + order_.unit + ": " + failure.message);
    }
}

/// The end of a job may have been missed, so the unit itself is asked whatever this was waiting for.
void UnitStart::connected() {
    submission_.reset();
    call_.reset();
    look();
}

void UnitStart::succeed(core::Instance key) {
    finish({core::event::LaunchFinished{order_.name, order_.attempt, key}});
}

void UnitStart::fail(std::string why) {
    finish({core::event::LaunchFinished{order_.name, order_.attempt, core::Error{std::move(why)}}});
}

void UnitStart::finish(std::vector<core::Event> events) {
    const auto done = std::exchange(done_, nullptr);
    done(std::move(events));
}

} // namespace healer::launch::unit
