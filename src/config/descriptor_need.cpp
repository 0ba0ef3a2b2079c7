// SPDX-License-Identifier: Apache-2.0
#include "config/descriptor_need.hpp"

namespace healer::config {

namespace {

/// Log, bus, /proc, and the starts that are under way at the same time.
constexpr std::uint64_t kOwn = 256;
/// The pidfd of its instance.
constexpr std::uint64_t kPerProcess = 1;
/// A socket, or a child with its output, while it probes.
constexpr std::uint64_t kPerProbe = 1;
constexpr std::uint64_t kPerExecProbe = 3;

} // namespace

std::uint64_t descriptorsFor(const core::Plan& plan) {
    std::uint64_t need = kOwn;
    for (const auto& process : plan.processes) {
        if (!process->enabled) {
            continue;
        }
        need += kPerProcess;
        for (const auto& monitor : process->monitors) {
            if (monitor.role == core::MonitorRole::probe) {
                need += monitor.type == "exec" ? kPerExecProbe : kPerProbe;
            }
        }
    }
    return need;
}

std::optional<std::string> descriptorShortage(const core::Plan& plan, std::uint64_t limit) {
    const auto need = descriptorsFor(plan);
    if (need <= limit) {
        return std::nullopt;
    }
    return "watching " + std::to_string(plan.processes.size()) + " processes takes up to " +
           std::to_string(need) + " file descriptors, and Healer may open " + std::to_string(limit) +
           " here: raise LimitNOFILE= of its unit (ulimit -Hn), or starts will fail";
}

} // namespace healer::config
