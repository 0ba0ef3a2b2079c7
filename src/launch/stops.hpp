// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "launch/errands.hpp"
#include "launch/launcher.hpp"
#include "launch/session.hpp"
#include "runtime/loop.hpp"
#include "runtime/task.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace healer::launch {

/// What belongs to an instance that no unit holds together.
struct Belongings {
    std::vector<core::ProcessKey> before; ///< known before the instance is signalled, itself included
    std::function<Members()> others;      ///< asked again until it finds none
    int pidfd = -1; ///< of an instance that is a child; it stays open while the stop is under way
};

/// What belongs to a process that was started elsewhere.
[[nodiscard]] Belongings belongingsOf(core::ProcessKey instance);

/// The stops under way of one launcher, at most one a process.
class Stops {
public:
    /// `loop` outlives it.
    Stops(runtime::Loop& loop, Report report) : loop_(loop), report_(std::move(report)) {}

    /// A later order, to kill, replaces an earlier one.
    void run(const std::string& name, runtime::Task<Events> stop);
    void forget(const std::string& name);

    /// Reports, once, that something of it may be there for longer than the instance.
    void lasts(const std::string& name);
    /// Adds the report that nothing is left, where it was reported that it lasts.
    void over(const std::string& name, Events& events);

    /// Ends the instance and what belongs to it; without `others`, as with stop.mode `process`, the instance
    /// alone.
    [[nodiscard]] runtime::Task<Events> ending(StopOrder order, Belongings with);

private:
    runtime::Loop& loop_;
    Report report_;
    std::map<std::string, std::unique_ptr<runtime::Flow>> flows_; ///< by process
    std::set<std::string> lasting_;
};

} // namespace healer::launch
