// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "runtime/spawn/child_program.hpp"
#include "runtime/spawn/low_descriptors.hpp"
#include "runtime/unique_fd.hpp"

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace healer::runtime {

/// What to become, prepared as far as it can be before the moment of the start.
struct SpawnSettings {
    std::string path;
    std::vector<std::string> arguments;   ///< argv, the name first
    std::vector<std::string> environment; ///< NAME=value
    std::string workingDirectory;
    UniqueFd output;                       ///< opened already, or
    std::optional<std::string> outputPath; ///< to be opened by the child as its user; neither: /dev/null
    std::vector<Limit> limits;             ///< set before the user is changed
    bool changeUser = false;
    std::string userName;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
};

/// One start of a program. The child runs in Healer's memory until its exec, as with vfork(2), but Healer
/// runs on meanwhile: a child that is held up (a dead file server, a SIGSTOP by its user) delays nobody. It
/// has Healer's descriptors too until it has taken copies of the few that it needs. The memory and the
/// descriptors that it uses are this object's.
class Spawn {
public:
    /// Makes the stack, the pipe and the pointers; start() is left.
    [[nodiscard]] static core::Result<std::unique_ptr<Spawn>> prepare(SpawnSettings settings);
    Spawn(const Spawn&) = delete;
    Spawn& operator=(const Spawn&) = delete;
    /// A child that does not become the program within a moment is killed; if it cannot even die, its memory
    /// is left to it.
    ~Spawn();

    /// Makes the child: one system call between two that hold signals back.
    [[nodiscard]] core::Result<void> start(LowDescriptors& numbers);

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] int pidfd() const { return pidfd_.get(); }
    [[nodiscard]] UniqueFd takePidfd() { return std::move(pidfd_); }
    /// Readable when outcome() may have news, and so is pidfd().
    [[nodiscard]] int statusFd() const { return statusRead_.get(); }
    /// Success: it is the program now. An error: it could not become it, and is ending. Nothing: not known
    /// yet.
    [[nodiscard]] std::optional<core::Result<void>> outcome();

private:
    /// What the child reads, at a place of its own so that it can be left behind.
    struct Memory {
        SpawnSettings settings;
        std::vector<char*> arguments;
        std::vector<char*> environment;
        ChildProgram program{};
    };

    explicit Spawn(SpawnSettings settings);
    core::Result<void> allocate();
    void point();
    void receive();
    /// Waits a moment for the child's end, or for word through `status` (-1: not).
    bool hasNews(int status) const;
    core::Error describe(Message failure) const;

    std::unique_ptr<Memory> memory_;
    UniqueFd statusRead_;
    UniqueFd statusWrite_;         ///< until start()
    LowDescriptors::Lease status_; ///< the child's end of the pipe, and
    LowDescriptors::Lease output_; ///< its output, for as long as it uses our descriptors
    UniqueFd pidfd_;
    void* stack_ = nullptr;
    pid_t pid_ = 0;
    std::optional<Message> failure_;
    bool running_ = false; ///< the child is using our memory, and
    bool apart_ = false;   ///< no longer our descriptors
};

} // namespace healer::runtime
