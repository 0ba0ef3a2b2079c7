// SPDX-License-Identifier: Apache-2.0
#include "systemd/missed_end.hpp"

#include "runtime/background.hpp"
#include "systemd/awaits.hpp"
#include "systemd/unit_reader.hpp"

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

} // namespace

runtime::Task<LastJob> lastJobSince(runtime::Loop& loop, std::string unit, core::ProcessKey process) {
    const auto now = core::WallTime(
        std::chrono::duration_cast<core::Duration>(std::chrono::system_clock::now().time_since_epoch()));
    // A stop before that was not of this process, which may have been started outside the unit.
    const auto age = loop.now() - core::startTime(process);
    const auto read = [unit, since = now - age] { return lastJobOf(unit, since); };
    const auto last = co_await runtime::readInBackground(loop, read, loop.now() + kPatience);
    co_return last.value_or(LastJob::unknown);
}

runtime::Task<MissedEnd> missedEnd(runtime::Loop& loop, Manager& manager, std::string unit,
                                   core::ProcessKey process) {
    MissedEnd end;
    co_await connection(manager);
    const auto answered = co_await read(manager, unit);
    const auto* facts = std::get_if<UnitFacts>(&answered);
    if (facts == nullptr) {
        co_return end;
    }
    end.exit = endOf(*facts, process, suspendedSinceBoot());
    if (end.exit) {
        end.stopped = wasStopped(*facts);
    } else if (facts->invocation.empty()) {
        const auto last = co_await lastJobSince(loop, unit, process);
        end.stopped = last == LastJob::stop;
        if (last == LastJob::success) {
            end.exit = core::Exit{};
            end.exit->reason = core::ExitReason::exited;
            end.exit->code = 0;
            end.exit->detail = "while Healer was not running";
        }
    }
    if (end.stopped) {
        end.stopped = co_await systemWasUpSince(manager, process);
    }
    co_return end;
}

} // namespace healer::systemd
