// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/guard.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <memory>
#include <set>
#include <utility>

namespace healer::bus {

/// The calls that are still to be answered, by a Result (of sdbus-c++, or a MethodReply). It must not outlive
/// its connection: the owner of the connection destroys this first, and answers that come later go nowhere.
class PendingReplies {
public:
    template <typename Result>
    class Reply {
    public:
        Reply(std::weak_ptr<std::set<std::shared_ptr<void>>> open, std::weak_ptr<Result> result)
            : open_(std::move(open)), result_(std::move(result)) {}

        template <typename... Values>
        void send(const Values&... values) const {
            finish([&](Result& result) { result.returnResults(values...); });
        }
        void fail(const core::Error& error) const {
            finish([&](Result& result) { result.returnError(toBusError(error)); });
        }

    private:
        template <typename Answer>
        void finish(const Answer& answer) const {
            const auto open = open_.lock();
            const auto result = result_.lock();
            if (open && result && open->erase(result) == 1) {
                sent([&] { answer(*result); });
            }
        }

        std::weak_ptr<std::set<std::shared_ptr<void>>> open_;
        std::weak_ptr<Result> result_;
    };

    /// A copyable handle that answers the call once; further answers are ignored.
    template <typename Result>
    [[nodiscard]] Reply<Result> keep(Result result) {
        auto kept = std::make_shared<Result>(std::move(result));
        open_->insert(kept);
        return Reply<Result>(open_, kept);
    }

private:
    std::shared_ptr<std::set<std::shared_ptr<void>>> open_ =
        std::make_shared<std::set<std::shared_ptr<void>>>();
};

} // namespace healer::bus
