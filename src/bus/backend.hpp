// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/census.hpp"
#include "core/event.hpp"
#include "core/event_catalog.hpp"
#include "core/plan.hpp"
#include "core/result.hpp"
#include "core/view.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace healer::bus {

/// One event of the history, ready for GetHistory and `healerctl history`: keys and values as on D-Bus. Keys:
/// `seq` t, `time_usec` t (CLOCK_REALTIME), `event` s, `process` s, `incident` t, `message` s, and the fields
/// of core/event_catalog.
using HistoryValue = core::FieldValue;
using HistoryEntry = std::map<std::string, HistoryValue>;

/// What the bus needs of the daemon. The daemon implements it; tests use a fake.
class Backend {
public:
    virtual ~Backend() = default;

    /// Sorted by name.
    [[nodiscard]] virtual std::vector<std::string> processNames() const = 0;
    [[nodiscard]] virtual core::Census census() const = 0;
    [[nodiscard]] virtual const core::ProcessPlan* plan(const std::string& name) const = 0;
    [[nodiscard]] virtual const core::ProcessView* view(const std::string& name) const = 0;
    /// "healer-NAME.service", or empty when the process is launched directly.
    [[nodiscard]] virtual std::string unitOf(const std::string& name) const = 0;
    /// Newest first; an empty name means all processes.
    [[nodiscard]] virtual std::vector<HistoryEntry> history(const std::string& name,
                                                            std::size_t max) const = 0;

    using Answer = std::function<void(core::Result<pid_t>)>;
    /// Passes an operator request to the core. `answer` is called once, now or later from the loop.
    virtual void request(core::event::Verb verb, const std::string& name, Answer answer) = 0;
    [[nodiscard]] virtual core::Result<core::notice::Reloaded> reload() = 0;

    [[nodiscard]] virtual std::string configPath() const = 0;
    [[nodiscard]] virtual bool observeOnly() const = 0;
    [[nodiscard]] virtual std::vector<std::string> monitorTypes() const = 0;
    [[nodiscard]] virtual std::string ebpfStatus() const = 0;
    [[nodiscard]] virtual std::uint64_t lostEvents() const = 0;
    [[nodiscard]] virtual std::string lastReloadError() const = 0;
};

} // namespace healer::bus
