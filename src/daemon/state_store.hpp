// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "core/saved_state.hpp"
#include "daemon/history.hpp"
#include "daemon/state_files.hpp"
#include "runtime/log.hpp"
#include "runtime/work_queue.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace healer::daemon {

/// What is kept of one process for the next Healer.
struct StoredState {
    core::SavedState snapshot;
    HistoryLines history;
};

/// Two files a process in the runtime directory: NAME.json holds the present state and is replaced at each
/// change, NAME.history has a line for each event and is appended to. Instants in it are on CLOCK_BOOTTIME,
/// so a file of another boot is ignored. A thread writes them, so that nothing here waits for a file system.
class StateStore {
public:
    /// `directory` exists and belongs to Healer alone.
    StateStore(std::string directory, runtime::Log& log);
    StateStore(const StateStore&) = delete;
    StateStore& operator=(const StateStore&) = delete;
    /// Waits until all is written, a second at most.
    ~StateStore();

    /// Everything readable; a damaged file is a warning and moved aside as NAME.json.damaged.
    [[nodiscard]] std::map<std::string, StoredState, std::less<>> load() const;
    /// Replaces the file atomically. A failure is logged (once until it works again) by the next call of any
    /// of these: healing goes on.
    void save(const std::string& name, const core::SavedState& snapshot);
    /// Adds an event to the file; `all` are those worth keeping, this one included, for when the file has
    /// grown long.
    void append(const std::string& name, const HistoryLine& line, const HistoryLines& all);
    void remove(const std::string& name);
    /// Logs what is wrong with the writing, if that was not logged before; whether all is written.
    bool report();
    /// Waits until all is written, at most this long; false: it is not.
    bool flush(core::Duration patience);

private:
    [[nodiscard]] std::string path(const std::string& name) const;
    [[nodiscard]] std::string historyPath(const std::string& name) const;
    [[nodiscard]] HistoryLines loadHistory(const std::string& name) const;
    void queue(const std::string& name);

    std::string directory_;
    std::shared_ptr<StateFiles> files_; ///< shared with the thread that writes
    runtime::WorkQueue writer_{runtime::WorkQueue::Settings{}};
    runtime::Log& log_;
    std::string bootId_;
    bool hung_ = false;                                     ///< that was reported
    std::map<std::string, std::size_t, std::less<>> lines_; ///< of the history files, as far as known
};

/// The text of a state file. PURE.
[[nodiscard]] std::string encodeState(const core::SavedState& snapshot, const std::string& bootId);
/// The inverse; none for a file of another boot. An error says what is wrong with the text. `wallOffset`
/// (CLOCK_REALTIME minus CLOCK_BOOTTIME) is for files of an earlier version.
[[nodiscard]] core::Result<std::optional<core::SavedState>>
decodeState(const std::string& text, const std::string& bootId,
            core::Duration wallOffset = core::Duration::zero());

} // namespace healer::daemon
