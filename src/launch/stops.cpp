// SPDX-License-Identifier: Apache-2.0
#include "launch/stops.hpp"

#include "launch/predecessor_wait.hpp"
#include "launch/session.hpp"
#include "launch/signal_stop.hpp"
#include "runtime/pidfd.hpp"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <utility>

namespace healer::launch {

Belongings belongingsOf(core::ProcessKey instance) {
    return {.before = familyOf(instance).value_or(std::vector<core::ProcessKey>()),
            .others = [instance] { return membersOfSession(instance); }};
}

void Stops::run(const std::string& name, runtime::Task<Events> stop) {
    auto& slot = flows_[name];
    slot = std::make_unique<runtime::Flow>(loop_, std::move(stop),
                                           std::function<void(Events)>([this, name](const Events& events) {
                                               const auto finished = std::move(flows_.extract(name).mapped());
                                               for (const auto& event : events) {
                                                   report_(event);
                                               }
                                           }));
    slot->start();
}

void Stops::forget(const std::string& name) {
    flows_.erase(name);
    lasting_.erase(name);
}

void Stops::lasts(const std::string& name) {
    if (lasting_.insert(name).second) {
        report_(core::event::StopUnderWay{.name = name, .underWay = true});
    }
}

void Stops::over(const std::string& name, Events& events) {
    if (lasting_.erase(name) > 0) {
        events.emplace_back(core::event::StopUnderWay{.name = name});
    }
}

runtime::Task<Events> Stops::ending(StopOrder order, Belongings with) {
    const auto instance = core::processOf(order.instance);
    const auto mode = order.plan.mode;
    const bool alone = !instance || !with.others;
    const bool more =
        !alone && std::any_of(with.before.begin(), with.before.end(),
                              [&](const core::ProcessKey& member) { return member != *instance; });
    if (more) {
        lasts(order.name);
    }
    Events events;
    // The first one is signalled in any case; what else there is may not be readable.
    const auto sent = with.pidfd >= 0 ? signalStop(with.pidfd, order) : signalStop(order);
    if (!sent) {
        events.emplace_back(core::event::StopFailed{order.name, sent.error().message});
    }
    if (alone) {
        co_return events;
    }
    if (sent.ok() && mode == core::KillMode::mixed && !order.force) {
        (void)co_await predecessorEnd(loop_, order.instance);
    }
    const bool kills = order.force || mode == core::KillMode::mixed;
    const EndingOrder how{kills ? SIGKILL : order.plan.signal, order.plan.timeout};
    auto others = [before = with.before, further = with.others, own = *instance] {
        std::vector<core::ProcessKey> known;
        std::copy_if(before.begin(), before.end(), std::back_inserter(known), runtime::mayRun);
        auto left = united(Members(std::move(known)), further());
        if (left) {
            std::erase(*left, own);
        }
        return left;
    };
    (void)co_await endAll(loop_, others, how);
    over(order.name, events);
    co_return events;
}

} // namespace healer::launch
