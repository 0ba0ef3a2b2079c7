// SPDX-License-Identifier: Apache-2.0
#include "recovery/service/job_ledger.hpp"

namespace healer::recovery::service {

void JobLedger::appeared(const std::string& unit, std::uint32_t job) {
    auto& entry = units_[unit];
    if (!entry.own.contains(job)) {
        entry.unclaimed.insert(job);
    }
}

void JobLedger::removed(const std::string& unit, std::uint32_t job, const std::string& result) {
    units_[unit].results[job] = result;
}

void JobLedger::claim(const std::string& unit, std::uint32_t job) {
    auto& entry = units_[unit];
    entry.unclaimed.erase(job);
    entry.own.insert(job);
}

std::optional<std::string> JobLedger::resultOf(const std::string& unit, std::uint32_t job) const {
    const auto entry = units_.find(unit);
    if (entry == units_.end()) {
        return std::nullopt;
    }
    const auto result = entry->second.results.find(job);
    return result == entry->second.results.end() ? std::nullopt : std::optional(result->second);
}

bool JobLedger::foreign(const std::string& unit) const {
    const auto entry = units_.find(unit);
    return entry != units_.end() && !entry->second.unclaimed.empty();
}

bool JobLedger::isOwn(const std::string& unit, std::uint32_t job) const {
    const auto entry = units_.find(unit);
    return entry != units_.end() && entry->second.own.contains(job);
}

void JobLedger::settle(const std::string& unit) {
    units_.erase(unit);
}

} // namespace healer::recovery::service
