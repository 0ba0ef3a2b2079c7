// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/guard.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <memory>
#include <set>
#include <utility>

namespace healer::bus {

/// The calls that are still to be answered. An sdbus::Result must not outlive its connection: the owner of
/// the connection destroys this first, and answers that come later go nowhere.
class PendingReplies {
public:
    template <typename... Values>
    class Reply {
    public:
        Reply(std::weak_ptr<std::set<std::shared_ptr<void>>> open,
              std::weak_ptr<sdbus::Result<Values...>> result)
            : open_(std::move(open)), result_(std::move(result)) {}

        void send(const Values&... values) const {
            finish([&](sdbus::Result<Values...>& result) { result.returnResults(values...); });
        }
        void fail(const core::Error& error) const {
            finish([&](sdbus::Result<Values...>& result) { result.returnError(toBusError(error)); });
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
        std::weak_ptr<sdbus::Result<Values...>> result_;
    };

    /// A copyable handle that answers the call once; further answers are ignored.
    template <typename... Values>
    [[nodiscard]] Reply<Values...> keep(sdbus::Result<Values...>&& result) {
        auto kept = std::make_shared<sdbus::Result<Values...>>(std::move(result));
        open_->insert(kept);
        return Reply<Values...>(open_, kept);
    }

private:
    std::shared_ptr<std::set<std::shared_ptr<void>>> open_ =
        std::make_shared<std::set<std::shared_ptr<void>>>();
};

} // namespace healer::bus
