// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/task.hpp"
#include "systemd/manager.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// What other units have to do with a unit that is down: what only they can say.
namespace healer::systemd {

struct Surroundings {
    std::string trigger;     ///< an active unit, or a bus name, that starts it when it is needed; empty: none
    std::string stoppedBy;   ///< the unit because of which systemd stopped it; empty: there is none
    std::string stoppedWith; ///< the unit that was stopped on purpose together with it; empty: none
    std::string setting;     ///< of the unit file that made systemd do so: "BindsTo="
    std::string obstacle;    ///< why it must not be started now: "waits for ..."; empty: it may

    bool operator==(const Surroundings&) const = default;
};

/// Whether `bound` was stopped by systemd because `target`, to which it is bound, was gone first. The end of
/// a target that was itself stopped on purpose is no such reason; `wasStopped()` of it says so.
[[nodiscard]] bool wentAlong(const UnitFacts& bound, const UnitFacts& target);

/// Whether the start of `other`, which conflicts with `unit`, has ended that.
[[nodiscard]] bool wasDisplaced(const UnitFacts& unit, const UnitFacts& other);

/// Asks about a unit that is down. `stopJob`: the job of another client that has stopped it, if one was seen;
/// `maybeStopped`: it was stopped from outside.
[[nodiscard]] runtime::Task<Surroundings> surroundingsOf(Manager& manager, UnitFacts facts, bool maybeStopped,
                                                         std::optional<std::uint32_t> stopJob);

/// The unit or bus name that starts this one when it is needed; empty: none does at present.
[[nodiscard]] runtime::Task<std::string> activeTrigger(Manager& manager, UnitFacts facts);

/// Whether surroundingsOf() has anything to ask.
[[nodiscard]] bool hasSurroundings(const UnitFacts& facts);

} // namespace healer::systemd
