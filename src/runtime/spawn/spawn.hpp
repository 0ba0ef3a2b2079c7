// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"
#include "core/result.hpp"
#include "runtime/spawn/child_program.hpp"
#include "runtime/spawn/low_descriptors.hpp"
#include "runtime/spawn/spawn_settings.hpp"
#include "runtime/unique_fd.hpp"

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace healer::runtime {

/// One start of a program. The child shares Healer's memory until its exec, as with vfork(2), but Healer
/// keeps running: a child that is blocked (a dead file server, a SIGSTOP by its user) does not delay Healer.
/// It shares Healer's descriptors until it has copied the few that it needs. This object owns the memory and
/// descriptors that it uses.
class Spawn {
public:
    /// Allocates the stack and the pipe, so that only start() remains.
    [[nodiscard]] static core::Result<std::unique_ptr<Spawn>> prepare(SpawnSettings settings);
    Spawn(const Spawn&) = delete;
    Spawn& operator=(const Spawn&) = delete;
    /// A child that has not executed the program within 100 ms is killed. If it does not die, its memory is
    /// leaked.
    ~Spawn();

    /// Creates the child: one system call between two that block and unblock signals.
    [[nodiscard]] core::Result<void> start(LowDescriptors& numbers);

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] int pidfd() const { return pidfd_.get(); }
    [[nodiscard]] UniqueFd takePidfd() { return std::move(pidfd_); }
    /// Readable when outcome() may have changed; so is pidfd().
    [[nodiscard]] int statusFd() const { return statusRead_.get(); }
    /// Success: the program has been executed. An error: that failed, and the child is ending. Nothing: not
    /// known yet.
    [[nodiscard]] std::optional<core::Result<void>> outcome();

private:
    /// What the child reads; allocated separately so that it can be leaked.
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
    /// Waits at most 100 ms for the end of the child, or for a message through `status` (-1: ignored).
    bool hasNews(int status) const;
    core::Error describe(Message message) const;

    std::unique_ptr<Memory> memory_;
    UniqueFd statusRead_;
    UniqueFd statusWrite_;         ///< until start()
    LowDescriptors::Lease status_; ///< the child's end of the pipe, and
    LowDescriptors::Lease output_; ///< its output, while it uses our descriptors
    UniqueFd pidfd_;
    void* stack_ = nullptr;
    pid_t pid_ = 0;
    std::optional<Message> failure_;
    bool running_ = false; ///< the child is using our memory
    bool apart_ = false;   ///< it has its own descriptors
};

} // namespace healer::runtime
