// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/key.hpp"
#include "core/event.hpp"
#include "core/identity.hpp"
#include "core/plan.hpp"
#include "runtime/log.hpp"
#include "runtime/loop.hpp"
#include "runtime/spawn/child_program.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace healer::systemd {
class Manager;
}

/// The interface of all monitor kinds. A kind lives in a folder of its own below monitor/, whose kind.cpp
/// defines `const Kind& kind()` in namespace healer::monitor::FOLDER; the build writes monitor/kinds.hpp and
/// the registry.
namespace healer::monitor {

/// Receives what a monitor has observed. Never called from within Monitor's constructor, start(), follow() or
/// look(), nor after the monitor is destroyed: reports come from the loop.
using Report = std::function<void(core::Event)>;

/// One monitor of one process. It observes and reports; it decides nothing.
///
/// A monitor that observes instances answers every start() and look() soon, with exactly one event::Up or
/// event::Absent. While it follows an incarnation it reports its end once, as event::Down.
/// A monitor that probes answers them after one probe, with exactly one event::Healthy or event::Absent
/// (whose detail says why the probe failed). From then on it reports changes: Healthy when success_threshold
/// probes in a row have passed, Unhealthy when failure_threshold in a row have failed.
class Monitor {
public:
    Monitor() = default;
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;
    virtual ~Monitor() = default; ///< ends the observation; nothing is reported afterwards

    /// Begins to observe. `known` is the incarnation that was followed before Healer was restarted; it is
    /// used if it still runs.
    virtual void start(std::optional<core::Instance> known) = 0;
    /// The instance is now this incarnation (already verified), or none. An incarnation that has ended
    /// meanwhile is reported as Down. A probe starts from zero with another incarnation: all counts are
    /// reset, and failures do not count before the first success or the end of the grace period. With none it
    /// keeps probing, so that it notices when the service answers again, but never reports Unhealthy; a unit
    /// is not probed then, as a probe may start it (through its socket).
    virtual void follow(std::optional<core::Instance> key) = 0;
    /// Looks for a running instance now.
    virtual void look() = 0;
    /// systemd starts or stops the unit of the process, or no longer: while it does, the service is not
    /// asked.
    virtual void hold(bool /*held*/) {}
};

/// What a monitor is created from. The references outlive the monitor.
struct MonitorContext {
    const core::ProcessPlan& process;
    const core::MonitorPlan& plan;
    Report report;
    std::string transientUnit = {}; ///< see core::transientUnitOf()
    /// Whether a process belongs to another entry: it is that one's instance, or in its transient unit.
    std::function<bool(const core::ProcessFacts&)> isOfAnother = [](const core::ProcessFacts&) {
        return false;
    };
};

/// What all monitors of one kind share (a loaded eBPF program, a scan of /proc); creates the monitors.
class Host {
public:
    Host() = default;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    virtual ~Host() = default;

    [[nodiscard]] virtual std::unique_ptr<Monitor> make(MonitorContext context) = 0;
    /// "active", or why this kind works in a reduced way. Shown as a D-Bus property.
    [[nodiscard]] virtual std::string status() const { return "active"; }
    /// There are so many processes in the configuration now.
    virtual void prepareFor(std::size_t /*processes*/) {}
    /// Number of observations that the kernel dropped; each loss is followed by a scan.
    [[nodiscard]] virtual std::uint64_t lostEvents() const { return 0; }
};

struct HostContext {
    runtime::Loop& loop;
    runtime::Log& log;
    systemd::Manager* systemd = nullptr;     ///< null where systemd is not PID 1 or cannot be reached
    std::vector<runtime::Limit> limits = {}; ///< resource limits for programs that a monitor runs
    std::size_t processes = 0;               ///< in the configuration
};

struct Kind {
    config::MonitorSchema schema;
    std::unique_ptr<Host> (*makeHost)(const HostContext& context);
};

/// All kinds, in the order of their folder names. Written by the build.
[[nodiscard]] std::span<const Kind* const> registry();

} // namespace healer::monitor
