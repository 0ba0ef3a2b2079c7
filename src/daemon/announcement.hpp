// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/backend.hpp"
#include "core/action.hpp"
#include "runtime/log.hpp"

#include <cstdint>
#include <string>

namespace healer::daemon {

/// A notice in the forms that people and programs get it in.
struct Announcement {
    runtime::LogEntry log;
    bus::HistoryEntry history; ///< without `seq`, which the bus draws
};

/// `realtimeUsec` is when it happened, `unit` the process's own unit or empty. PURE.
[[nodiscard]] Announcement announcementOf(const core::action::Announce& announce, std::uint64_t realtimeUsec,
                                          const std::string& unit);

} // namespace healer::daemon
