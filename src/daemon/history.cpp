// SPDX-License-Identifier: Apache-2.0
#include "daemon/history.hpp"

#include <algorithm>
#include <cstdint>

namespace healer::daemon {

namespace {

std::uint64_t timeOf(const bus::HistoryEntry& entry) {
    const auto found = entry.find("time_usec");
    const auto* time = found == entry.end() ? nullptr : std::get_if<std::uint64_t>(&found->second);
    return time == nullptr ? 0 : *time;
}

} // namespace

void History::add(const std::string& name, bus::HistoryEntry entry) {
    auto& entries = entries_[name];
    entries.push_back(std::move(entry));
    if (entries.size() > kPerProcess) {
        entries.pop_front();
    }
}

std::vector<bus::HistoryEntry> History::newest(const std::string& name, std::size_t max) const {
    std::vector<bus::HistoryEntry> found;
    for (const auto& [owner, entries] : entries_) {
        if (name.empty() || owner == name) {
            const auto count = static_cast<std::ptrdiff_t>(std::min(max, entries.size()));
            found.insert(found.end(), entries.rbegin(), entries.rbegin() + count);
        }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& left, const auto& right) { return timeOf(left) > timeOf(right); });
    if (found.size() > max) {
        found.resize(max);
    }
    return found;
}

const std::deque<bus::HistoryEntry>& History::of(const std::string& name) const {
    static const std::deque<bus::HistoryEntry> kNone;
    const auto found = entries_.find(name);
    return found == entries_.end() ? kNone : found->second;
}

} // namespace healer::daemon
