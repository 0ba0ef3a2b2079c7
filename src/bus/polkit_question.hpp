// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/authority.hpp"
#include "core/result.hpp"
#include "runtime/loop.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

struct sd_bus;
struct sd_bus_message;
struct sd_bus_slot;

namespace healer::bus {

/// One question to polkit, with an eye on the caller while it is open. Destroyed before it is answered, it is
/// cancelled.
class PolkitQuestion {
public:
    struct Text {
        Caller caller;
        std::string action;
        std::map<std::string, std::string> details; ///< valid UTF-8
        std::string cancellationId;                 ///< used once a connection
        core::Duration timeout;
    };

    /// Asks. `onEnd` is called once, from the loop: allowed, or ErrorKind::accessDenied and why (refused, no
    /// polkit, no answer in time, the caller has gone). It may destroy the question. The connection must live
    /// as long as the question.
    PolkitQuestion(runtime::Loop& loop, sd_bus* bus, Text text,
                   std::function<void(core::Result<void>)> onEnd);
    PolkitQuestion(const PolkitQuestion&) = delete;
    PolkitQuestion& operator=(const PolkitQuestion&) = delete;
    ~PolkitQuestion();

private:
    struct Unref {
        void operator()(sd_bus_slot* slot) const;
    };
    using Slot = std::unique_ptr<sd_bus_slot, Unref>;

    int watchCaller();
    int ask();
    void cancel();
    void answered(sd_bus_message* reply);
    void end(core::Result<void> outcome);
    template <typename Body>
    int guard(Body body) noexcept;
    struct Refusal {
        bool challenge = false; ///< authentication would help
        bool dismissed = false; ///< the authentication was dismissed
    };
    [[nodiscard]] core::Error errorOf(const Refusal& refusal) const;

    runtime::Loop& loop_;
    sd_bus* bus_;
    Text text_;
    std::function<void(core::Result<void>)> onEnd_;
    Slot watch_;
    Slot answer_;
    bool open_ = false; ///< polkit has been asked and may still be at it
    runtime::Source end_;
};

} // namespace healer::bus
