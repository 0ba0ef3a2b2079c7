// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/identity.hpp"
#include "runtime/reading.hpp"
#include "runtime/unique_fd.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace healer::runtime {

/// The folder /proc/PID, held open: everything read through it belongs to the same process, even if the PID
/// is reused meanwhile (reading then fails).
class ProcEntry {
public:
    struct Stat {
        core::ProcessKey key;
        pid_t parent = 0;
        pid_t group = 0;
        pid_t session = 0;
        char state = '?';
        long threads = 0;
        bool kernelThread = false;
        bool exiting = false;    ///< the first thread is exiting
        bool forkedOnly = false; ///< it has executed nothing since it was forked
        /// Length of the arguments that it was executed with; none where the kernel does not show it.
        std::optional<std::size_t> originalLength = {};

        /// The first thread of a live process may have ended; it then looks like a zombie with other threads.
        [[nodiscard]] bool leaderEnded() const { return exiting || state == 'Z' || state == 'X'; }
        [[nodiscard]] bool zombie() const { return leaderEnded() && threads <= 1; }
    };

    struct Program {
        std::string path;
        core::FileId file;
    };

    [[nodiscard]] static Reading<ProcEntry> open(pid_t pid);

    [[nodiscard]] Reading<Stat> stat() const;
    /// Whether something that was asked of it is missing because there were no descriptors or memory.
    [[nodiscard]] bool metShortage() const { return metShortage_; }
    /// The running program; none for kernel threads, zombies, and processes that may not be read.
    [[nodiscard]] std::optional<Program> program() const;
    [[nodiscard]] std::vector<std::string> argv() const;
    /// core::systemUnitOf() of the process.
    [[nodiscard]] std::string unit() const;
    /// What it was executed with, a zero byte in front of each variable, up to 256 KiB.
    [[nodiscard]] Reading<std::string> environment() const;
    /// Its effective user.
    [[nodiscard]] std::optional<uid_t> user() const;
    /// All facts but its origin; none when the process no longer exists, or the PID is that of another thread
    /// than the first. `wanted` is called when all is known except program and arguments, which the process
    /// controls and which may be long; when it returns false they are not read and the result is none.
    using Wanted = std::function<bool(const core::ProcessFacts&)>;
    [[nodiscard]] Reading<core::ProcessFacts> facts(const Wanted& wanted = {}) const;
    /// Reads the rest: to be called for a process whose user and program can be right.
    void addOrigin(core::ProcessFacts& facts) const;

private:
    ProcEntry(pid_t pid, UniqueFd folder) : pid_(pid), folder_(std::move(folder)) {}

    [[nodiscard]] Reading<std::string> readText(const std::string& name, std::size_t limit) const;
    void note(int error) const { metShortage_ = metShortage_ || isShortage(error); }
    /// "" or "task/TID/": where the program can be read when the first thread has ended.
    [[nodiscard]] std::string livingThread() const;
    [[nodiscard]] std::optional<Program> programIn(const std::string& prefix) const;
    [[nodiscard]] std::string argumentsIn(const std::string& prefix) const;

    pid_t pid_;
    UniqueFd folder_;
    mutable bool metShortage_ = false;
};

/// All PIDs in /proc; unknown when they cannot be listed.
[[nodiscard]] Reading<std::vector<pid_t>> allPids();

/// The facts of the process that has this PID now, its origin included; none when there is none.
[[nodiscard]] Reading<core::ProcessFacts> factsOf(pid_t pid, const ProcEntry::Wanted& wanted = {});

/// Parses the text of /proc/PID/stat; none when it has another form. Declared here for tests and fuzzing.
[[nodiscard]] std::optional<ProcEntry::Stat> parseStat(pid_t pid, std::string_view text);

} // namespace healer::runtime
