// SPDX-License-Identifier: Apache-2.0
#include "systemd/missed_end.hpp"

#include "runtime/background.hpp"
#include "systemd/awaits.hpp"
#include "systemd/unit_reader.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace healer::systemd {

namespace {

/// For the journal.
constexpr core::Duration kPatience = std::chrono::seconds(2);

/// What a change to rescue mode or a soft reboot stops, no operator has stopped.
runtime::Task<bool> systemWasUpSince(Manager& manager, core::ProcessKey process) {
    const std::string target = "basic.target";
    const auto answered = co_await read(manager, target);
    const auto* facts = std::get_if<UnitFacts>(&answered);
    if (facts == nullptr) {
        co_return true;
    }
    const core::Duration up(static_cast<core::Duration::rep>(facts->activeEnter));
    co_return up <= core::startTime(process).time_since_epoch();
}

core::Exit success() {
    core::Exit exit;
    exit.reason = core::ExitReason::exited;
    exit.code = 0;
    return exit;
}

/// When no job of the unit is under way: one that is being restarted has left "active" as one does that is
/// stopped. None: PID 1 does not answer.
runtime::Task<std::optional<UnitFacts>> factsAtRest(Manager& manager, std::string unit) {
    while (true) {
        auto answered = co_await read(manager, unit);
        auto* facts = std::get_if<UnitFacts>(&answered);
        if (facts == nullptr && isLost(std::get<Failure>(answered))) {
            co_await connection(manager);
            continue;
        }
        if (facts == nullptr) {
            co_return std::nullopt;
        }
        if (facts->job == 0) {
            co_return std::move(*facts);
        }
        const auto ended = co_await endOfJob(manager, facts->job);
        if (std::holds_alternative<Failure>(ended)) {
            co_await connection(manager);
        }
    }
}

} // namespace

runtime::Task<LastJob> lastJobSince(runtime::Loop& loop, std::string unit, core::TimePoint since) {
    const auto age = loop.now() - since;
    const auto read = [unit, from = loop.moment().wall - age] { return lastJobOf(unit, from); };
    const auto last = co_await runtime::readInBackground(loop, read, loop.now() + kPatience);
    co_return last.value_or(LastJob::unknown);
}

runtime::Task<MissedEnd> missedEnd(runtime::Loop& loop, Manager& manager, std::string unit,
                                   core::ProcessKey process) {
    MissedEnd end;
    co_await connection(manager);
    const auto facts = co_await factsAtRest(manager, unit);
    if (!facts) {
        co_return end;
    }
    end.exit = endOf(*facts, process, loop.suspended());
    if (end.exit) {
        const core::TimePoint left(core::Duration(static_cast<core::Duration::rep>(facts->activeExit)));
        end.stopped = wasStopped(*facts) && left + loop.suspended() > manager.jobs().heardAt(unit);
    } else if (conditionOf(*facts) == UnitCondition::down) {
        // It is unloaded, or the process was not its main process.
        // A stop before that was not of this process, which may have been started outside the unit, or is
        // known.
        const auto since = std::max(core::startTime(process), manager.jobs().heardAt(unit));
        const auto last = co_await lastJobSince(loop, unit, since);
        end.stopped = last == LastJob::stop;
        if (last == LastJob::success) {
            end.exit = success();
            end.exit->detail = "while Healer was not running";
        }
    }
    if (end.stopped) {
        end.stopped = co_await systemWasUpSince(manager, process);
    }
    co_return end;
}

runtime::Task<std::optional<core::Exit>> endSeenByUnit(runtime::Loop& loop, Manager& manager,
                                                       std::string unit, core::ProcessKey process) {
    constexpr core::Duration kNotLoaded = std::chrono::milliseconds(100);
    constexpr core::Duration kLoaded = std::chrono::seconds(1);
    constexpr core::Duration kMostPause = std::chrono::milliseconds(50);
    const auto began = loop.now();
    core::Duration pause = std::chrono::milliseconds(5);
    while (manager.isConnected()) {
        const auto answered = co_await read(manager, unit);
        const auto* facts = std::get_if<UnitFacts>(&answered);
        if (facts == nullptr) {
            break;
        }
        if (auto exit = endOf(*facts, process, loop.suspended())) {
            co_return exit;
        }
        const bool loaded = !facts->invocation.empty();
        if (loaded && facts->mainPid != process.pid) {
            break;
        }
        // It is unloaded at once when it has ended well.
        LastJob last = LastJob::unknown;
        if (!loaded) {
            last = co_await lastJobSince(loop, unit, core::startTime(process));
        }
        if (last == LastJob::success) {
            co_return success();
        }
        if (last != LastJob::unknown || loop.now() - began >= (loaded ? kLoaded : kNotLoaded)) {
            break;
        }
        const auto next = loop.now() + pause;
        pause = std::min(pause * 2, kMostPause);
        co_await runtime::until(loop, next);
    }
    co_return std::nullopt;
}

} // namespace healer::systemd
