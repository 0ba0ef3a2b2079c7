// SPDX-License-Identifier: Apache-2.0
#include "simulation/monitors.hpp"

#include "core/shown_url.hpp"

#include <algorithm>
#include <utility>

namespace healer::simulation {

namespace {

using namespace std::chrono_literals;
namespace event = core::event;

constexpr const char* kHangs = "hangs";

template <typename T>
T argument(const core::MonitorPlan& monitor, std::string_view name, T otherwise) {
    const auto found = monitor.args.find(name);
    const T* value = found == monitor.args.end() ? nullptr : std::get_if<T>(&found->second);
    return value == nullptr ? otherwise : *value;
}

bool isProbe(const core::MonitorPlan& monitor) {
    return monitor.role == core::MonitorRole::probe;
}

/// Whether a monitor that looks for an instance recognises this one.
bool sees(const core::MonitorPlan& monitor, const Program& program) {
    return isProbe(monitor) ? program.answers() : program.ready || !monitor.confirmsStart;
}

} // namespace

void Monitors::watch(const std::string& name, const std::optional<core::Instance>& known) {
    if (const core::ProcessPlan* plan = planOf_(name)) {
        watched_.insert_or_assign(name, Watched{core::Absence(plan->monitors.size())});
        ask(name, core::processOf(known));
    }
}

void Monitors::ask(const std::string& name, const std::optional<core::ProcessKey>& known, bool probesToo) {
    if (const auto watched = watched_.find(name); watched != watched_.end()) {
        watched->second.absence.ask();
        clock_.after(habits_.look, [this, name, known, probesToo] { answer(name, known, probesToo); });
    }
}

void Monitors::answer(const std::string& name, const std::optional<core::ProcessKey>& known, bool probesToo) {
    const auto watched = watched_.find(name);
    const core::ProcessPlan* plan = planOf_(name);
    if (watched == watched_.end() || plan == nullptr) {
        return;
    }
    const bool knownRuns = known && programs_.isAlive(*known);
    const auto key = knownRuns ? known : programs_.running(name);
    std::vector<core::Event> instances;
    std::vector<core::Event> others;
    for (std::size_t i = 0; i < plan->monitors.size(); ++i) {
        const core::MonitorPlan& monitor = plan->monitors[i];
        if (isProbe(monitor) && !probesToo) {
            (void)watched->second.absence.report(i);
        } else if (!key || !(sees(monitor, programs_.alive().at(*key)) || (knownRuns && !isProbe(monitor)))) {
            if (watched->second.absence.report(i)) {
                others.emplace_back(event::Absent{name, "not running", habits_.doubtful});
            }
        } else if (isProbe(monitor)) {
            watched->second.failed.erase(i);
            others.emplace_back(event::Healthy{name, i});
        } else {
            instances.emplace_back(event::Up{name, *key});
        }
    }
    // Looking into /proc takes less time than asking a service.
    std::for_each(instances.begin(), instances.end(), report_);
    std::for_each(others.begin(), others.end(), report_);
}

void Monitors::track(const std::string& name, const std::optional<core::Instance>& instance) {
    const auto watched = watched_.find(name);
    if (watched == watched_.end()) {
        return;
    }
    watched->second.followed = instance;
    const bool another = watched->second.health.track(instance);
    const auto key = core::processOf(instance);
    if (!key) {
        return;
    }
    if (!programs_.isAlive(instance)) {
        clock_.after(kNoticeTime, [this, name, key = *key] {
            report_(event::Down{name, key, programs_.exitOf(key)});
        });
    } else if (another) {
        watched->second.failed.clear();
        beginProbing(*key, name);
    }
}

void Monitors::beginProbing(core::ProcessKey key, const std::string& name) {
    const core::ProcessPlan* plan = planOf_(name);
    for (const Probe& probe : probesOf(name)) {
        reportHealthyAfter(kNoticeTime, key, name, probe.index);
        const auto grace = argument(probe.plan, "start_grace_secs", plan->startTimeout);
        reportUnhealthyAfter(grace + probing(probe.plan, "failure_threshold"), key, name, probe, kHangs);
    }
}

void Monitors::startedElsewhere(core::ProcessKey key, const std::string& name) {
    clock_.after(kNoticeTime, [this, key, name] {
        const core::ProcessPlan* plan = planOf_(name);
        if (plan != nullptr && programs_.isAlive(key) &&
            std::any_of(plan->monitors.begin(), plan->monitors.end(),
                        [](const auto& monitor) { return !isProbe(monitor) && !monitor.confirmsStart; })) {
            report_(event::Up{name, key});
        }
    });
}

void Monitors::ready(core::ProcessKey key, const std::string& name) {
    const core::ProcessPlan* plan = planOf_(name);
    if (plan == nullptr) {
        return;
    }
    if (core::monitorNamesInstance(*plan)) {
        report_(event::Up{name, key});
    }
    for (const Probe& probe : probesOf(name)) {
        reportHealthy(name, probe.index);
    }
}

void Monitors::hung(core::ProcessKey key, const std::string& name) {
    for (const Probe& probe : probesOf(name)) {
        reportUnhealthyAfter(probing(probe.plan, "failure_threshold"), key, name, probe, kHangs);
    }
}

void Monitors::answersAgain(core::ProcessKey key, const std::string& name) {
    for (const Probe& probe : probesOf(name)) {
        reportHealthyAfter(probing(probe.plan, "success_threshold"), key, name, probe.index);
    }
}

void Monitors::ended(core::ProcessKey key, const std::string& name, const core::Exit& exit) {
    clock_.after(kNoticeTime, [this, key, name, exit] { report_(event::Down{name, key, exit}); });
    for (const Probe& probe : probesOf(name)) {
        reportUnhealthyAfter(probing(probe.plan, "failure_threshold"), key, name, probe,
                             "connection refused");
    }
}

void Monitors::reportHealthy(const std::string& name, std::size_t probe) {
    if (const auto watched = watched_.find(name); watched != watched_.end()) {
        watched->second.failed.erase(probe);
    }
    report_(event::Healthy{name, probe});
}

void Monitors::reportHealthyAfter(core::Duration delay, core::ProcessKey key, const std::string& name,
                                  std::size_t probe) {
    clock_.after(delay, [this, key, name, probe] {
        const auto program = programs_.alive().find(key);
        if (program != programs_.alive().end() && program->second.answers()) {
            reportHealthy(name, probe);
        }
    });
}

void Monitors::reportUnhealthyAfter(core::Duration delay, core::ProcessKey key, const std::string& name,
                                    const Probe& probe, const std::string& reason) {
    clock_.after(delay, [this, key, name, probe, reason] {
        const auto watched = watched_.find(name);
        if (watched != watched_.end() && isFailing(key, watched->second, name) &&
            watched->second.failed.insert(probe.index).second) {
            report_(event::Unhealthy{name, probe.index,
                                     core::shownUrl(argument(probe.plan, "target_url", probe.plan.type)),
                                     reason});
        }
    });
}

bool Monitors::isFailing(core::ProcessKey key, const Watched& watched, const std::string& name) const {
    const bool follows =
        watched.followed && (*watched.followed == key || core::isUnidentified(watched.followed));
    const Program* program = programs_.find(name);
    return follows && (program == nullptr || program->hung);
}

std::vector<Monitors::Probe> Monitors::probesOf(const std::string& name) const {
    std::vector<Probe> probes;
    const core::ProcessPlan* plan = planOf_(name);
    for (std::size_t i = 0; plan != nullptr && i < plan->monitors.size(); ++i) {
        if (isProbe(plan->monitors[i])) {
            probes.push_back({i, plan->monitors[i]});
        }
    }
    return probes;
}

core::Duration Monitors::probing(const core::MonitorPlan& probe, std::string_view threshold) const {
    return argument(probe, "interval_secs", habits_.interval) * argument(probe, threshold, std::int64_t{1});
}

} // namespace healer::simulation
