// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "core/time.hpp"
#include "runtime/log_hub.hpp"

#include <functional>
#include <memory>
#include <string>

namespace healer::runtime {

/// A sink that never holds up its caller: another one is written to on a thread of its own. What waits to be
/// written is bounded (some 4 MB). Of what does not fit a line says how many entries were lost, in their
/// place, as soon as the destination takes entries again. `name` is for messages ("the journal").
[[nodiscard]] std::unique_ptr<LogSink> makeQueuedSink(std::string name, std::unique_ptr<LogSink> sink);

/// The same where opening may hang too. `open` is called on the thread and waited for at most this long: its
/// error is the result if it comes by then; otherwise entries wait for the sink, and takeComplaint() says so,
/// or names a later error.
[[nodiscard]] core::Result<std::unique_ptr<LogSink>>
makeQueuedSink(std::string name, std::function<core::Result<std::unique_ptr<LogSink>>()> open,
               core::Duration patience);

} // namespace healer::runtime
