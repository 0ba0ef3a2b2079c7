// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/backend.hpp"
#include "core/result.hpp"
#include "core/subject.hpp"
#include "runtime/log.hpp"

#include <deque>
#include <map>
#include <string>

namespace healer::daemon {

/// What is kept of one process for the next Healer.
struct StoredState {
    core::SubjectSnapshot snapshot;
    std::deque<bus::HistoryEntry> history;
};

/// One JSON file a process in the runtime directory. Instants in it are on CLOCK_BOOTTIME, so a file of
/// another boot is worthless and ignored.
class StateStore {
public:
    /// `directory` exists and belongs to Healer alone.
    StateStore(std::string directory, runtime::Log& log);

    /// Everything readable; a damaged file is a warning and moved aside as NAME.json.damaged.
    [[nodiscard]] std::map<std::string, StoredState, std::less<>> load() const;
    /// Replaces the file atomically. A failure is logged (once until it works again): healing goes on.
    void save(const std::string& name, const StoredState& state);
    void remove(const std::string& name);

private:
    [[nodiscard]] std::string path(const std::string& name) const;

    std::string directory_;
    runtime::Log& log_;
    std::string bootId_;
    bool complained_ = false;
};

/// The text of a state file. PURE.
[[nodiscard]] std::string encodeState(const StoredState& state, const std::string& bootId);
/// The inverse; an error says what is wrong with the text, or that it is of another boot.
[[nodiscard]] core::Result<StoredState> decodeState(const std::string& text, const std::string& bootId);

} // namespace healer::daemon
