// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/identity.hpp"
#include "runtime/unique_fd.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace healer::runtime {

/// The folder /proc/PID, held open: what is read through it is of one and the same process, even if its PID
/// is recycled meanwhile (reading then fails).
class ProcEntry {
public:
    struct Stat {
        core::ProcessKey key;
        pid_t parent = 0;
        char state = '?';
        long threads = 0;
        bool kernelThread = false;
        bool exiting = false; ///< the first thread lets go of what it holds

        /// The first thread of a living process may have ended; it then looks like a zombie with further
        /// threads.
        [[nodiscard]] bool leaderEnded() const { return exiting || state == 'Z' || state == 'X'; }
        [[nodiscard]] bool zombie() const { return leaderEnded() && threads <= 1; }
    };

    struct Program {
        std::string path;
        core::FileId file;
    };

    /// None when there is no such process.
    [[nodiscard]] static std::optional<ProcEntry> open(pid_t pid);

    [[nodiscard]] std::optional<Stat> stat() const;
    /// The running program; none for kernel threads, zombies, and where it may not be read.
    [[nodiscard]] std::optional<Program> program() const;
    [[nodiscard]] std::vector<std::string> argv() const;
    /// core::systemUnitOf() of the process.
    [[nodiscard]] std::string unit() const;
    /// Its effective user.
    [[nodiscard]] std::optional<uid_t> user() const;
    /// Everything; none when the process is gone, or the PID is that of a further thread. `wanted` is asked
    /// once all is known but program and arguments, which are the process's own words and may be long; when
    /// it says no, they are not read and the answer is none.
    using Wanted = std::function<bool(const core::ProcessFacts&)>;
    [[nodiscard]] std::optional<core::ProcessFacts> facts(const Wanted& wanted = {}) const;

private:
    ProcEntry(pid_t pid, UniqueFd folder) : pid_(pid), folder_(std::move(folder)) {}

    [[nodiscard]] std::optional<std::string> readText(const std::string& name, std::size_t limit) const;
    /// "" or "task/TID/": where the program is to be read when the first thread has ended.
    [[nodiscard]] std::string livingThread() const;
    [[nodiscard]] std::optional<Program> programIn(const std::string& prefix) const;
    [[nodiscard]] std::vector<std::string> argvIn(const std::string& prefix) const;

    pid_t pid_;
    UniqueFd folder_;
};

/// The facts of the process that has this PID now; none when there is none.
[[nodiscard]] std::optional<core::ProcessFacts> factsOf(pid_t pid, const ProcEntry::Wanted& wanted = {});

/// Reads the text of /proc/PID/stat; none when it is not of that form. For tests and fuzzing on its own.
[[nodiscard]] std::optional<ProcEntry::Stat> parseStat(pid_t pid, std::string_view text);

} // namespace healer::runtime
