// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/backend.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace healer::daemon {

/// An event as it is kept, in memory and in the history file: a line of text takes a fifth of the memory of
/// the entry that it stands for.
struct HistoryLine {
    std::uint64_t timeUsec = 0; ///< CLOCK_REALTIME; in a History never before the line that came before it
    std::string text;           ///< of encodeEvent()
};
using HistoryLines = std::vector<HistoryLine>; ///< oldest first

/// One line, its newline included. PURE.
[[nodiscard]] std::string encodeEvent(const bus::HistoryEntry& entry);
/// The inverse; none when the line is damaged. PURE.
[[nodiscard]] std::optional<bus::HistoryEntry> decodeEvent(const std::string& line);
/// The line of an entry. PURE.
[[nodiscard]] HistoryLine lineOf(const bus::HistoryEntry& entry);

/// The last events of each process.
class History {
public:
    static constexpr std::size_t kPerProcess = 100;

    /// The newest of this process, whatever its time says.
    void add(const std::string& name, HistoryLine line);
    void forget(const std::string& name) { lines_.erase(name); }
    /// Newest first, at most `max`; an empty name: all processes together.
    [[nodiscard]] std::vector<bus::HistoryEntry> newest(const std::string& name, std::size_t max) const;
    /// Empty for an unknown name.
    [[nodiscard]] const HistoryLines& of(const std::string& name) const;

private:
    std::map<std::string, HistoryLines, std::less<>> lines_;
};

} // namespace healer::daemon
