// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace healer::daemon {

/// What still has to be written to the state files, and the writing: the loop adds to it, and a thread
/// writes, as a file system may hold a writer up for as long as it is frozen. What is newer replaces what has
/// not been written yet, so that it stays small, and nothing of the last state is lost.
class StateFiles {
public:
    /// The first write that failed since the last one that succeeded.
    struct Failure {
        std::string name; ///< of the process
        std::string file;
        int error = 0;
    };

    explicit StateFiles(std::string directory) : directory_(std::move(directory)) {}

    // Each returns whether nothing of this process was waiting before: then write() has to be called for it.
    [[nodiscard]] bool state(const std::string& name, std::string text);
    [[nodiscard]] bool moreHistory(const std::string& name, const std::string& line);
    [[nodiscard]] bool wholeHistory(const std::string& name, std::string text);
    [[nodiscard]] bool removal(const std::string& name);

    /// Writes what waits for this process. May hang.
    void write(const std::string& name);
    /// Once for each failure that is worth reporting.
    [[nodiscard]] std::optional<Failure> takeFailure();

    [[nodiscard]] std::string path(const std::string& name) const;
    [[nodiscard]] std::string historyPath(const std::string& name) const;

private:
    struct Pending {
        bool removed = false; ///< before anything else
        std::optional<std::string> state;
        std::string history;
        bool wholeHistory = false; ///< it replaces the file
    };

    template <typename Change>
    bool add(const std::string& name, Change change);
    [[nodiscard]] std::optional<Pending> take(const std::string& name);
    void noteOutcome(const std::string& name, const std::string& file, int error);

    const std::string directory_;
    std::mutex mutex_;
    std::map<std::string, Pending, std::less<>> pending_;
    std::optional<Failure> failure_;
    bool failing_ = false;
};

} // namespace healer::daemon
