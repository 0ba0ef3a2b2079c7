// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <functional>
#include <string>

namespace healer::bus {

/// The daemon's log, as LogControl1 shows and sets it.
struct LogSettings {
    std::function<core::LogLevel()> level;
    std::function<void(core::LogLevel)> setLevel;
    /// Whether there is such a target and it can be had; the log goes there then.
    std::function<bool(const std::string& target)> setTarget;
    std::string target = "journal"; ///< "journal" or "console"
};

} // namespace healer::bus
