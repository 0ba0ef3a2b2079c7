// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/backend.hpp"

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace healer::daemon {

/// The last events of each process.
class History {
public:
    static constexpr std::size_t kPerProcess = 100;

    void add(const std::string& name, bus::HistoryEntry entry);
    void forget(const std::string& name) { entries_.erase(name); }
    /// Newest first, at most `max`; an empty name: all processes together.
    [[nodiscard]] std::vector<bus::HistoryEntry> newest(const std::string& name, std::size_t max) const;
    /// Oldest first, for the state file; empty for an unknown name.
    [[nodiscard]] const std::deque<bus::HistoryEntry>& of(const std::string& name) const;

private:
    std::map<std::string, std::deque<bus::HistoryEntry>, std::less<>> entries_;
};

} // namespace healer::daemon
