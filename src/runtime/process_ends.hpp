// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "core/result.hpp"
#include "runtime/loop.hpp"
#include "runtime/unique_fd.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace healer::runtime {

/// A process that is held by a pidfd, and a wait for its end; the destructor ends both, also from within the
/// callback. Must not outlive the Loop.
class ProcessEnd {
public:
    ProcessEnd();
    ProcessEnd(ProcessEnd&&) noexcept;
    ProcessEnd& operator=(ProcessEnd&&) noexcept;
    ~ProcessEnd();

    /// False: nothing is held.
    explicit operator bool() const { return state_ != nullptr; }
    /// Shared with others who hold the process; -1 where nothing is held.
    [[nodiscard]] int pidfd() const;
    void reset();

private:
    friend class ProcessEnds;
    struct State;
    explicit ProcessEnd(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Reports the ends of processes: one pidfd for each process, however many wait for its end. A dead process
/// stays readable, and a loop that looks at each of its descriptors again in each turn needs N² looks for N
/// deaths. So the pidfds are in an epoll of their own, edge-triggered, and a turn takes some of those that
/// are new.
///
/// A Loop has one of these: Loop::processEnds().
class ProcessEnds {
public:
    /// Receives how it ended, as runtime::exitOf() says. Called once, from the loop, also for an end before
    /// the call that asked.
    using Ended = std::function<void(const core::Exit& exit)>;

    /// `loop` outlives it.
    explicit ProcessEnds(Loop& loop);
    ProcessEnds(const ProcessEnds&) = delete;
    ProcessEnds& operator=(const ProcessEnds&) = delete;
    ~ProcessEnds();

    /// Holds this incarnation. An empty ProcessEnd and an error mean what they mean in openPidfd().
    [[nodiscard]] core::Result<ProcessEnd> await(core::ProcessKey key, Ended ended);
    /// The same with a pidfd that the caller has. Without a key it is not shared.
    [[nodiscard]] ProcessEnd await(std::optional<core::ProcessKey> key, UniqueFd pidfd, Ended ended);

    /// What is called before ends are reported, or null: for one who may know more about them.
    void setBriefing(std::function<void()> briefing) { briefing_ = std::move(briefing); }

private:
    friend struct ProcessEnd::State;
    struct Held;

    [[nodiscard]] std::shared_ptr<Held> hold(std::optional<core::ProcessKey> key, UniqueFd pidfd);
    [[nodiscard]] static ProcessEnd join(const std::shared_ptr<Held>& held, Ended ended);
    void takeBatch();

    Loop& loop_;
    UniqueFd epoll_;
    std::map<core::ProcessKey, Held*> byKey_;
    std::vector<Held*> byDescriptor_;
    std::uint32_t lastSerial_ = 0;
    std::function<void()> briefing_;
    Source ready_;
};

} // namespace healer::runtime
