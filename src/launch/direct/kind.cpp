// SPDX-License-Identifier: Apache-2.0
#include "launch/direct/kind.hpp"

#include "launch/direct/children.hpp"
#include "launch/direct/preparation.hpp"
#include "launch/direct/start_gate.hpp"
#include "launch/errands.hpp"
#include "launch/predecessor_wait.hpp"
#include "launch/session.hpp"
#include "launch/stops.hpp"
#include "runtime/pidfd.hpp"
#include "runtime/spawn/environment.hpp"
#include "runtime/spawn/spawn.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace healer::launch::direct {

namespace {

/// Two for each start: as many as are under way before the first of them have descriptors of their own.
constexpr int kLowDescriptors = 32;
/// So many starts are prepared while their predecessors are still ending; each takes two descriptors and a
/// stack. The others are prepared when it is their turn: all together might not have descriptors.
constexpr std::size_t kPreparedAhead = 64;
/// Edge-triggered, as all is read that there is: many starts that are ready together are looked at once each.
constexpr std::uint32_t kNews = EPOLLIN | EPOLLET;
/// Before a process that could not be looked at is looked at again.
constexpr core::Duration kPause = std::chrono::milliseconds(50);

class Direct final : public Launcher {
public:
    explicit Direct(LauncherContext context)
        : context_(std::move(context)), limits_(differing(context_.limits)),
          lowOomScore_(runtime::oomScoreIsLowered()), children_(context_.loop,
                                                                [this](const core::Event& event) {
                                                                    noteEnd(event);
                                                                    context_.report(event);
                                                                }),
          gate_(context_.loop, [this](const std::string& name) { start(name); }),
          stops_(context_.loop, context_.report) {}

    void launch(LaunchOrder order) override;
    void cancel(const CancelOrder& order) override;
    void stop(const StopOrder& order) override;
    void forget(const std::string& name) override;

private:
    struct Pending {
        std::uint64_t attempt = 0;
        std::string path;
        std::string mark; ///< see Start
        core::StopPlan stop;
        std::optional<core::Instance> predecessor;
        std::optional<LaunchOrder> order;        ///< not prepared yet
        std::unique_ptr<runtime::Flow> clearing; ///< ends what the predecessor has left behind
        SpawnResult spawn{core::Error{}};
        std::optional<PredecessorWait> wait;
        runtime::Source status;
        runtime::Source end;
        bool started = false;

        void stopWatching() {
            status.reset();
            end.reset();
        }
    };

    /// The last start under a name.
    struct Start {
        core::Instance first; ///< the process that was started
        std::string mark;     ///< a variable that what it has started carries; empty: none
        std::uint64_t sinceTicks = 0;
        bool left =
            false; ///< the first process has ended with status 0, as one does that leaves a daemon behind
    };

    void noteEnd(const core::Event& event);
    /// What an earlier start has left behind.
    [[nodiscard]] bool leftMore(const std::string& name,
                                const std::optional<core::Instance>& predecessor) const;
    void awaitEndOf(const std::optional<core::Instance>& predecessor, const std::string& name);
    void predecessorGone(const std::string& name, const core::Result<void>& outcome,
                         const std::optional<core::ProcessKey>& unrelated = {});
    void clearAndStart(const std::string& name, core::ProcessKey leader);
    void start(const std::string& name);
    runtime::Task<Events> stopping(StopOrder order);
    /// What the session of `leader` and this start have left behind.
    [[nodiscard]] static Members leftBehind(core::ProcessKey leader, const Start& start);
    std::vector<core::ProcessKey> belongingTo(const std::string& name, core::ProcessKey instance) const;
    void answerLater(const std::string& name, core::Error error);
    void statusChanged(const std::string& name);
    /// Whether it is still reported that a dropped launch runs already.
    enum class Answer { reported, dropped };
    void drop(std::map<std::string, Pending>::iterator entry, Answer answer);
    void answer(const std::string& name, const core::Result<core::Instance>& outcome);

    LauncherContext context_;
    std::vector<runtime::Limit> limits_;
    bool lowOomScore_;
    runtime::LowDescriptors numbers_{kLowDescriptors};
    Children children_;
    StartGate gate_;
    std::map<std::string, Pending> pending_;
    std::map<std::string, Start> starts_; ///< by process
    Stops stops_;
    std::map<std::uint64_t, runtime::Source> overtaken_; ///< answers on their way, by attempt
};

void Direct::launch(LaunchOrder order) {
    const std::string name = order.name;
    if (const auto old = pending_.find(name); old != pending_.end()) {
        drop(old, Answer::reported);
    }
    Pending& pending = pending_[name];
    pending.attempt = order.attempt;
    pending.path = order.command.path;
    pending.stop = order.stop;
    pending.mark = markFor(order);
    pending.predecessor = order.predecessor;
    if (pending_.size() <= kPreparedAhead) {
        pending.spawn = prepare(order, pending.mark, limits_);
    } else {
        pending.order = std::move(order);
    }
    awaitEndOf(pending.predecessor, name);
}

/// A predecessor that was started here is the usual one, and often gone by now: then no time is lost, and
/// what it has left in its session was noted when it was reaped.
void Direct::awaitEndOf(const std::optional<core::Instance>& predecessor, const std::string& name) {
    Pending& pending = pending_[name];
    const auto last = starts_.find(name);
    const bool startedHere = last != starts_.end() && predecessor == last->second.first;
    if (!predecessor || startedHere || children_.pidfdOf(*predecessor) >= 0) {
        const auto ended = [this, name, attempt = pending.attempt] {
            const auto entry = pending_.find(name);
            if (entry != pending_.end() && entry->second.attempt == attempt && !entry->second.started) {
                predecessorGone(name, {});
            }
        };
        if (!predecessor || !children_.whenEnded(*predecessor, ended)) {
            predecessorGone(name, {});
        }
        return;
    }
    pending.wait.emplace(context_.loop, predecessor,
                         [this, name, unrelated = core::processOf(predecessor)](
                             const core::Result<void>& gone) { predecessorGone(name, gone, unrelated); });
}

/// What it leaves in its session is ended before its successor starts. `unrelated`: it was no child.
void Direct::predecessorGone(const std::string& name, const core::Result<void>& outcome,
                             const std::optional<core::ProcessKey>& unrelated) {
    Pending& pending = pending_.at(name);
    if (!outcome) {
        answerLater(name, outcome.error().in("cannot wait for the end of the predecessor"));
        return;
    }
    if (!pending.order && !pending.spawn) {
        answerLater(name, core::Error(pending.spawn.error()));
        return;
    }
    const bool left = pending.stop.mode == core::KillMode::process;
    const auto outlived = children_.outlived(name);
    const auto leader = outlived ? outlived : unrelated;
    if (!left && (leader || leftMore(name, pending.predecessor))) {
        clearAndStart(name, leader.value_or(core::ProcessKey{}));
    } else {
        gate_.enter(name);
    }
}

/// Where the instance was another process than the one that was started, or that has ended as one does which
/// leaves a daemon behind: that may be running, whether or not a monitor has recognised it.
bool Direct::leftMore(const std::string& name, const std::optional<core::Instance>& predecessor) const {
    const auto start = starts_.find(name);
    return start != starts_.end() && !start->second.mark.empty() &&
           (start->second.left || (predecessor && *predecessor != start->second.first));
}

void Direct::noteEnd(const core::Event& event) {
    const auto* down = std::get_if<core::event::Down>(&event);
    const auto start = down == nullptr ? starts_.end() : starts_.find(down->name);
    if (start != starts_.end() && start->second.first == down->instance) {
        start->second.left = down->exit.reason == core::ExitReason::exited && down->exit.code == 0;
    }
}

void Direct::clearAndStart(const std::string& name, core::ProcessKey leader) {
    Pending& pending = pending_.at(name);
    const bool kills = pending.stop.mode == core::KillMode::mixed;
    const EndingOrder order{kills ? SIGKILL : pending.stop.signal, pending.stop.timeout};
    const auto earlier = starts_.contains(name) ? starts_.at(name) : Start{};
    const auto left = [leader, earlier] { return leftBehind(leader, earlier); };
    pending.clearing = std::make_unique<runtime::Flow>(
        context_.loop, endAll(context_.loop, left, order), std::function<void(bool)>([this, name](bool gone) {
            const auto clearing = std::move(pending_.at(name).clearing);
            children_.forgetOutlived(name);
            if (!gone) {
                context_.log.warn(name +
                                  ": processes of an earlier start may not be gone after SIGKILL; it is "
                                  "started all the same");
            }
            gate_.enter(name);
        }));
    pending.clearing->start();
}

void Direct::start(const std::string& name) {
    Pending& pending = pending_.at(name);
    if (const auto order = std::exchange(pending.order, std::nullopt)) {
        pending.spawn = prepare(*order, pending.mark, limits_);
    }
    const auto started = pending.spawn ? (*pending.spawn)->start(numbers_)
                                       : core::Result<void>(core::Error(pending.spawn.error()));
    if (!started) {
        answerLater(name, started.error());
        return;
    }
    pending.started = true;
    pending.wait.reset();
    pending.status = context_.loop.addIo((*pending.spawn)->statusFd(), kNews,
                                         [this, name](std::uint32_t) { statusChanged(name); });
    pending.end = context_.loop.addIo((*pending.spawn)->pidfd(), kNews,
                                      [this, name](std::uint32_t) { statusChanged(name); });
}

/// Nothing is reported from within launch().
void Direct::answerLater(const std::string& name, core::Error error) {
    pending_.at(name).status =
        context_.loop.addDeferred([this, name, error = std::move(error)] { answer(name, error); });
}

void Direct::statusChanged(const std::string& name) {
    Pending& pending = pending_.at(name);
    const auto outcome = (*pending.spawn)->outcome();
    if (!outcome) {
        return;
    }
    pending.stopWatching();
    // Not reaped yet, so that the number is certainly still this process.
    const auto process = runtime::keyOfPid((*pending.spawn)->pid());
    if (*outcome && process.isUnknown()) {
        pending.status =
            context_.loop.addTimer(context_.loop.now() + kPause, [this, name] { statusChanged(name); });
        return;
    }
    auto spawn = std::move(*pending.spawn);
    if (!*outcome) {
        children_.bury(std::move(spawn));
        answer(name, outcome->error());
        return;
    }
    if (lowOomScore_) {
        runtime::resetOomScore(spawn->pid());
    }
    const core::Instance key = process ? core::Instance(*process) : core::EndedProcess{spawn->pid()};
    children_.follow(name, key, spawn->takePidfd(), programAt(pending.path));
    starts_[name] = Start{key, pending.mark, process ? process->startTicks : 0};
    answer(name, key);
}

void Direct::answer(const std::string& name, const core::Result<core::Instance>& outcome) {
    const auto entry = pending_.find(name);
    const auto attempt = entry->second.attempt;
    pending_.erase(entry);
    gate_.leave(name);
    context_.report(core::event::LaunchFinished{name, attempt, outcome});
}

void Direct::drop(std::map<std::string, Pending>::iterator entry, Answer answer) {
    Pending& pending = entry->second;
    if (pending.started) {
        pending.stopWatching();
        auto spawn = std::move(*pending.spawn);
        const auto outcome = spawn->outcome();
        const auto key = runtime::keyOfPid(spawn->pid());
        if (outcome && *outcome && key) {
            children_.follow(entry->first, *key, spawn->takePidfd(), programAt(pending.path));
            if (answer == Answer::reported) {
                const core::event::LaunchFinished finished{entry->first, pending.attempt,
                                                           core::Instance(*key)};
                overtaken_[pending.attempt] = context_.loop.addDeferred([this, finished] {
                    overtaken_.erase(finished.attempt);
                    context_.report(finished);
                });
            }
        } else {
            children_.bury(std::move(spawn));
        }
    }
    const std::string name = entry->first;
    pending_.erase(entry);
    gate_.leave(name);
}

void Direct::cancel(const CancelOrder& order) {
    const auto entry = pending_.find(order.name);
    if (entry != pending_.end() && entry->second.attempt == order.attempt && !entry->second.started) {
        drop(entry, Answer::dropped);
    }
}

void Direct::stop(const StopOrder& order) {
    stops_.run(order.name, stopping(order));
}

runtime::Task<Events> Direct::stopping(StopOrder order) {
    // Nothing is reported from within stop(), and that it takes longer is reported before it can have ended.
    co_await runtime::nextTurn(context_.loop);
    Belongings belongings;
    const auto instance = core::processOf(order.instance);
    if (instance && order.plan.mode != core::KillMode::process) {
        belongings.before = belongingTo(order.name, *instance);
        belongings.others = [this, name = order.name, instance = *instance] {
            const auto leader = children_.outlived(name).value_or(instance);
            const auto start = starts_.find(name);
            return start == starts_.end() ? membersOfSession(leader) : leftBehind(leader, start->second);
        };
    }
    belongings.pidfd = children_.pidfdOf(order.instance);
    const auto events = co_await stops_.ending(order, belongings);
    co_return events;
}

Members Direct::leftBehind(core::ProcessKey leader, const Start& start) {
    return united(membersOfSession(leader),
                  start.mark.empty() ? Members(std::in_place) : carriersOf(start.mark, start.sinceTicks));
}

/// Also what the session of a predecessor holds that handed over to this instance.
std::vector<core::ProcessKey> Direct::belongingTo(const std::string& name, core::ProcessKey instance) const {
    auto family = familyOf(instance).value_or(std::vector<core::ProcessKey>());
    if (const auto leader = children_.outlived(name)) {
        auto members = membersOfSession(*leader);
        if (members && std::find(members->begin(), members->end(), instance) != members->end()) {
            family = std::move(*members);
        }
    }
    return family;
}

void Direct::forget(const std::string& name) {
    if (const auto entry = pending_.find(name); entry != pending_.end()) {
        drop(entry, Answer::dropped);
    }
    stops_.forget(name);
    starts_.erase(name);
    children_.forget(name);
}

} // namespace

const Kind& kind() {
    static const Kind kKind{
        .type = "direct",
        .make = [](LauncherContext context) -> std::unique_ptr<Launcher> {
            return std::make_unique<Direct>(std::move(context));
        },
    };
    return kKind;
}

} // namespace healer::launch::direct
