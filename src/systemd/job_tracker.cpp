// SPDX-License-Identifier: Apache-2.0
#include "systemd/job_tracker.hpp"

namespace healer::systemd {

void JobTracker::appeared(const std::string& unit, std::uint32_t job) {
    auto& entry = units_[unit];
    if (!entry.own.contains(job)) {
        entry.unclaimed.insert(job);
    }
}

void JobTracker::removed(const std::string& unit, std::uint32_t job, const std::string& result) {
    units_[unit].results[job] = result;
}

void JobTracker::claim(const std::string& unit, std::uint32_t job) {
    auto& entry = units_[unit];
    entry.unclaimed.erase(job);
    entry.own.insert(job);
}

std::optional<std::string> JobTracker::resultOf(const std::string& unit, std::uint32_t job) const {
    const auto entry = units_.find(unit);
    if (entry == units_.end()) {
        return std::nullopt;
    }
    const auto result = entry->second.results.find(job);
    return result == entry->second.results.end() ? std::nullopt : std::optional(result->second);
}

bool JobTracker::foreign(const std::string& unit) const {
    const auto entry = units_.find(unit);
    return entry != units_.end() && !entry->second.unclaimed.empty();
}

bool JobTracker::isOwn(const std::string& unit, std::uint32_t job) const {
    const auto entry = units_.find(unit);
    return entry != units_.end() && entry->second.own.contains(job);
}

void JobTracker::settle(const std::string& unit) {
    units_.erase(unit);
}

} // namespace healer::systemd
