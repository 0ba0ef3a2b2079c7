// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/action.hpp"
#include "core/event.hpp"
#include "core/view.hpp"

#include <optional>
#include <string>

/// What the core gets to know and what it decides, in words: for the log level debug.
namespace healer::core {

struct Trace {
    std::string process;
    std::string text; ///< what follows the name of the process
};

[[nodiscard]] Trace traceOf(const Event& event);
/// None for what an event of the catalogue or a view says better.
[[nodiscard]] std::optional<Trace> traceOf(const Action& action);
[[nodiscard]] Trace traceOf(const ProcessView& view);

} // namespace healer::core
