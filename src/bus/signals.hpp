// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/notice.hpp"

#include <cstdint>
#include <string>
#include <type_traits>

namespace healer::bus {

class ManagerObject;

/// What every signal has.
struct SignalHead {
    std::uint64_t seq = 0;
    std::string process;
    std::uint64_t incident = 0; ///< 0: none
};

/// The signals of org.healer.Manager, one for each event that has one.
void emitSignal(ManagerObject& manager, const SignalHead& head, const core::notice::ProcessDown& down);
void emitSignal(ManagerObject& manager, const SignalHead& head,
                const core::notice::Disconnected& disconnected);
void emitSignal(ManagerObject& manager, const SignalHead& head, const core::notice::RecoveryStarted& started);
void emitSignal(ManagerObject& manager, const SignalHead& head,
                const core::notice::RecoveryFinished& finished);
void emitSignal(ManagerObject& manager, const SignalHead& head, const core::notice::BreakerChanged& changed);
void emitSignal(ManagerObject& manager, const SignalHead& head, const core::notice::Reloaded& reloaded);

template <typename Notice, typename... Others>
inline constexpr bool kIsOneOf = (std::is_same_v<Notice, Others> || ...);

/// The events that have no signal are listed, so that a new one does not compile before that is decided.
template <typename Notice>
inline constexpr bool kHasSignal =
    !kIsOneOf<Notice, core::notice::Adopted, core::notice::WouldStart, core::notice::StopTimedOut,
              core::notice::Blocked, core::notice::Doubted, core::notice::Degraded,
              core::notice::DegradedEnded, core::notice::RestartPropagated, core::notice::InstanceEnded,
              core::notice::SecondCopy, core::notice::StopFailed, core::notice::HealthyAgain,
              core::notice::Unidentified, core::notice::ProbeWarning, core::notice::ProbeNeverPassed,
              core::notice::Requested, core::notice::DependencyOmitted, core::notice::FollowsUnit>;

} // namespace healer::bus
