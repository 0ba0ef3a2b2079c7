// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/absence.hpp"
#include "core/event.hpp"
#include "core/health.hpp"
#include "core/plan.hpp"
#include "simulation/fake_clock.hpp"
#include "simulation/habits.hpp"
#include "simulation/programs.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace healer::simulation {

/// From an event on the pretended machine to the report of it.
inline constexpr core::Duration kNoticeTime = std::chrono::microseconds(50);

/// The pretended monitors of all processes: what they report of the programs, and when.
class Monitors {
public:
    using PlanOf = std::function<const core::ProcessPlan*(const std::string& name)>;
    using Report = std::function<void(const core::Event& event)>;

    /// Clock, habits and programs must outlive it.
    Monitors(FakeClock& clock, const Habits& habits, const Programs& programs, PlanOf planOf, Report report)
        : clock_(clock), habits_(habits), programs_(programs), planOf_(std::move(planOf)),
          report_(std::move(report)) {}
    Monitors(const Monitors&) = delete;
    Monitors& operator=(const Monitors&) = delete;

    /// `known`: an instance from before, recognised as long as it runs.
    void watch(const std::string& name, const std::optional<core::Instance>& known);
    void unwatch(const std::string& name) { watched_.erase(name); }
    void look(const std::string& name, bool probesToo = true) { ask(name, std::nullopt, probesToo); }
    void track(const std::string& name, const std::optional<core::Instance>& instance);

    /// A program was started, not by Healer.
    void startedElsewhere(core::ProcessKey key, const std::string& name);
    void ready(core::ProcessKey key, const std::string& name);
    void hung(core::ProcessKey key, const std::string& name);
    void answersAgain(core::ProcessKey key, const std::string& name);
    void ended(core::ProcessKey key, const std::string& name, const core::Exit& exit);

private:
    struct Watched {
        core::Absence absence;
        core::Health health = {};
        std::optional<core::Instance> followed = {};
        /// Probes whose failure was reported since they passed last or another instance was followed.
        std::set<std::size_t> failed = {};
    };
    /// A probe of a process: its place among the monitors, and its plan.
    struct Probe {
        std::size_t index;
        core::MonitorPlan plan;
    };

    [[nodiscard]] std::vector<Probe> probesOf(const std::string& name) const;
    /// How long this many probes take.
    [[nodiscard]] core::Duration probing(const core::MonitorPlan& probe, std::string_view threshold) const;
    /// Whether probes that follow this instance get no answer.
    [[nodiscard]] bool isFailing(core::ProcessKey key, const Watched& watched, const std::string& name) const;

    void ask(const std::string& name, const std::optional<core::ProcessKey>& known, bool probesToo = true);
    void answer(const std::string& name, const std::optional<core::ProcessKey>& known, bool probesToo);
    void reportHealthy(const std::string& name, std::size_t probe);
    void beginProbing(core::ProcessKey key, const std::string& name);
    void reportHealthyAfter(core::Duration delay, core::ProcessKey key, const std::string& name,
                            std::size_t probe);
    void reportUnhealthyAfter(core::Duration delay, core::ProcessKey key, const std::string& name,
                              const Probe& probe, const std::string& reason);

    FakeClock& clock_;
    const Habits& habits_;
    const Programs& programs_;
    PlanOf planOf_;
    Report report_;
    std::map<std::string, Watched, std::less<>> watched_;
};

} // namespace healer::simulation
