// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event.hpp"
#include "core/process.hpp"
#include "runtime/loop.hpp"
#include "runtime/process_ends.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace healer::monitor {

/// Holds one incarnation by a pidfd and reports its end once. Where no pidfd can be opened, it checks each
/// second.
class InstanceWatch {
public:
    /// Receives how it ended, as far as a pidfd can show. Called from the loop, once for each hold(); it may
    /// call hold() again.
    using Ended = std::function<void(core::Exit)>;

    InstanceWatch(runtime::Loop& loop, Ended ended);
    InstanceWatch(const InstanceWatch&) = delete;
    InstanceWatch& operator=(const InstanceWatch&) = delete;
    ~InstanceWatch() = default;

    /// Holds this incarnation from now on, or none. An end before the call is reported from the loop too.
    void hold(std::optional<core::ProcessKey> key);

    [[nodiscard]] const std::optional<core::ProcessKey>& key() const { return key_; }
    /// Whether it holds one that has not ended.
    [[nodiscard]] bool alive() const { return key_.has_value() && !hasEnded(); }
    /// Reports an end that the loop has not come to yet.
    void check();
    /// The end was learned in another way and need not be reported.
    void markEnded();

private:
    [[nodiscard]] bool hasEnded() const;
    void arm();
    void report(core::Exit exit);

    runtime::Loop& loop_;
    Ended ended_;
    std::optional<core::ProcessKey> key_;
    bool reported_ = false;
    runtime::ProcessEnd end_;
    runtime::Source later_; ///< where there is no pidfd
};

/// What is reported about a verified instance of this process, the service that it is in included.
[[nodiscard]] core::event::Up upOf(const std::string& process, core::ProcessKey key);

/// Converts to the clock of ProcessKey::startTicks.
[[nodiscard]] std::uint64_t ticksOf(core::TimePoint when);

} // namespace healer::monitor
