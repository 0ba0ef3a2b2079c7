// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event.hpp"
#include "core/time.hpp"
#include "systemd/unit_facts.hpp"

#include <optional>
#include <string>
#include <string_view>

/// What kind of unit it is, and what "up", "down", "ended in peace" and "how long" therefore mean.
/// healer.yaml(5), Units, has this as a table.
namespace healer::systemd {

enum class UnitKind {
    daemon,   ///< has a main process: up while that runs
    scripted, ///< has no main process that systemd knows (init scripts, many Type=forking): up while it has
              ///< any process
    job,      ///< Type=oneshot: up while it works; its clean end is what it is for
    setup,    ///< Type=oneshot with RemainAfterExit=: up while systemd calls it active, and, where processes
              ///< were left running, while these run
    other,    ///< no service: a mount, a socket, a timer, ...: up while active
};

[[nodiscard]] UnitKind kindOf(const UnitFacts& facts);

/// Whether it is a job that works at present. systemd calls that activating, not active.
[[nodiscard]] bool isWorking(const UnitFacts& facts);

/// Whether an active unit without a main process may have lost all that it ran without systemd reporting it
/// as down, so that its processes have to be counted.
[[nodiscard]] bool mayBecomeHollow(const UnitFacts& facts);
/// Whether nothing is left of what it ran, although systemd calls it active.
[[nodiscard]] bool isHollow(const UnitFacts& facts);
/// Processes of a setup that outlive it by so long are its daemon.
inline constexpr core::Duration kLasting = std::chrono::seconds(2);
/// Whether processes that it has now, `monotonic` after boot, are its daemon.
[[nodiscard]] bool hasDaemon(const UnitFacts& facts, core::Duration monotonic);

/// Whether the unit's last run ended well by the settings of the unit: exit status 0, a signal that ends
/// daemons, or what SuccessExitStatus= lists.
[[nodiscard]] bool endedWell(const UnitFacts& facts);

/// Why a clean end of the unit needs no healing, where its kind alone says so, or what starts it again
/// (`trigger`: "idle.socket"; empty: nothing does); empty where it does.
[[nodiscard]] std::string reasonToEnd(const UnitFacts& facts, std::string_view trigger);

/// What the unit's own settings say about the end of its last run, or about its being at rest without one.
[[nodiscard]] core::UnitEnd judgeEnd(const UnitFacts& facts, std::string_view trigger);

/// Whether units that may start it have a say in that.
[[nodiscard]] bool hasTriggers(const UnitFacts& facts);

/// What systemd allows a start or a stop to take; none: no limit.
[[nodiscard]] std::optional<core::Duration> limitOf(std::uint64_t timeout);

/// "unit backup.service ends by itself (Type=oneshot): ..."; empty for a unit that does not.
[[nodiscard]] std::string endNote(const UnitFacts& facts, std::string_view unit);

} // namespace healer::systemd
