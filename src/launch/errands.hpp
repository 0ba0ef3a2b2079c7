// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/launcher.hpp"
#include "runtime/task.hpp"

#include <list>
#include <memory>
#include <utility>
#include <vector>

namespace healer::launch {

/// What a flow has to report, in order.
using Events = std::vector<core::Event>;

/// Flows that run on their own: each reports its events when it ends.
class Errands {
public:
    /// `loop` outlives it.
    Errands(runtime::Loop& loop, Report report) : loop_(loop), report_(std::move(report)) {}

    void run(runtime::Task<Events> task) {
        const auto slot = flows_.emplace(flows_.end());
        const auto ended = [this, slot](const Events& events) {
            flows_.erase(slot);
            for (const auto& event : events) {
                report_(event);
            }
        };
        *slot = std::make_unique<runtime::Flow>(loop_, std::move(task), std::function<void(Events)>(ended));
        (*slot)->start();
    }

private:
    runtime::Loop& loop_;
    Report report_;
    std::list<std::unique_ptr<runtime::Flow>> flows_;
};

} // namespace healer::launch
