// SPDX-License-Identifier: Apache-2.0
#include "launch/direct/kind.hpp"

#include "launch/direct/children.hpp"
#include "launch/predecessor_wait.hpp"
#include "launch/signal_stop.hpp"
#include "runtime/pidfd.hpp"
#include "runtime/safe_open.hpp"
#include "runtime/spawn/environment.hpp"
#include "runtime/spawn/spawn.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace healer::launch::direct {

namespace {

/// Two for each start: as many as are under way before the first of them have descriptors of their own.
constexpr int kLowDescriptors = 32;

using SpawnResult = core::Result<std::unique_ptr<runtime::Spawn>>;

/// Those that a child would not have anyway.
std::vector<runtime::Limit> differing(std::vector<runtime::Limit> wanted) {
    std::erase_if(wanted, [](const runtime::Limit& limit) {
        rlimit now{};
        return ::getrlimit(static_cast<__rlimit_resource_t>(limit.resource), &now) == 0 &&
               now.rlim_cur == limit.value.rlim_cur && now.rlim_max == limit.value.rlim_max;
    });
    return wanted;
}

class Direct final : public Launcher {
public:
    explicit Direct(LauncherContext context)
        : context_(std::move(context)), limits_(differing(context_.limits)),
          lowOomScore_(runtime::oomScoreIsLowered()), children_(context_.loop, context_.report) {}

    void launch(LaunchOrder order) override;
    void cancel(const std::string& name, std::uint64_t attempt) override;
    void stop(const StopOrder& order) override;
    void forget(const std::string& name) override;

private:
    struct Pending {
        std::uint64_t attempt = 0;
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

    SpawnResult prepare(const LaunchOrder& order) const;
    core::Result<void> chooseOutput(const core::CommandPlan& command, runtime::SpawnSettings& settings) const;
    void awaitEndOf(const std::optional<core::Instance>& predecessor, const std::string& name);
    void predecessorGone(const std::string& name, const core::Result<void>& outcome);
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
    std::map<std::string, Pending> pending_;
    std::map<std::string, runtime::Source> failures_;
    std::map<std::uint64_t, runtime::Source> overtaken_; ///< answers on their way, by attempt
};

void Direct::launch(LaunchOrder order) {
    const std::string name = order.name;
    if (const auto old = pending_.find(name); old != pending_.end()) {
        drop(old, Answer::reported);
    }
    Pending& pending = pending_[name];
    pending.attempt = order.attempt;
    pending.spawn = prepare(order);
    awaitEndOf(order.predecessor, name);
}

/// A predecessor that was started here is the usual one, and often gone by now: then no time is lost.
void Direct::awaitEndOf(const std::optional<core::Instance>& predecessor, const std::string& name) {
    Pending& pending = pending_[name];
    if (!predecessor || children_.pidfdOf(*predecessor) >= 0) {
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
                         [this, name](const core::Result<void>& gone) { predecessorGone(name, gone); });
}

SpawnResult Direct::prepare(const LaunchOrder& order) const {
    const auto& command = order.command;
    runtime::SpawnSettings settings = runtime::spawnSettingsFor(command);
    settings.limits = limits_;
    if (auto chosen = chooseOutput(command, settings); !chosen) {
        return chosen.error().in("cannot start " + command.path);
    }
    return runtime::Spawn::prepare(std::move(settings));
}

core::Result<void> Direct::chooseOutput(const core::CommandPlan& command,
                                        runtime::SpawnSettings& settings) const {
    if (!command.output || *command.output == "/dev/null") {
        return {};
    }
    auto opened = runtime::openForAppend(*command.output);
    if (!opened) {
        return opened.error();
    }
    if (opened->file) {
        settings.output = std::move(opened->file);
        return {};
    }
    if (command.user.uid == 0) {
        return core::Error{"root does not write to " + *command.output + ": " + opened->untrusted};
    }
    settings.outputPath = command.output;
    return {};
}

void Direct::predecessorGone(const std::string& name, const core::Result<void>& outcome) {
    Pending& pending = pending_.at(name);
    if (!outcome) {
        answerLater(name, outcome.error().in("cannot wait for the end of the predecessor"));
        return;
    }
    if (!pending.spawn) {
        answerLater(name, core::Error(pending.spawn.error()));
        return;
    }
    if (auto started = (*pending.spawn)->start(numbers_); !started) {
        answerLater(name, started.error());
        return;
    }
    pending.started = true;
    pending.wait.reset();
    pending.status = context_.loop.addIo((*pending.spawn)->statusFd(), EPOLLIN,
                                         [this, name](std::uint32_t) { statusChanged(name); });
    pending.end = context_.loop.addIo((*pending.spawn)->pidfd(), EPOLLIN,
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
    auto spawn = std::move(*pending.spawn);
    if (!*outcome) {
        children_.bury(std::move(spawn));
        answer(name, outcome->error());
        return;
    }
    if (lowOomScore_) {
        runtime::resetOomScore(spawn->pid());
    }
    // Not reaped yet, so that the number is certainly still this process.
    const auto process = runtime::keyOfPid(spawn->pid());
    const core::Instance key = process ? core::Instance(*process) : core::EndedProcess{spawn->pid()};
    children_.follow(name, key, spawn->takePidfd());
    answer(name, key);
}

void Direct::answer(const std::string& name, const core::Result<core::Instance>& outcome) {
    const auto entry = pending_.find(name);
    const auto attempt = entry->second.attempt;
    pending_.erase(entry);
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
            children_.follow(entry->first, *key, spawn->takePidfd());
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
    pending_.erase(entry);
}

void Direct::cancel(const std::string& name, std::uint64_t attempt) {
    const auto entry = pending_.find(name);
    if (entry != pending_.end() && entry->second.attempt == attempt && !entry->second.started) {
        drop(entry, Answer::dropped);
    }
}

void Direct::stop(const StopOrder& order) {
    const pid_t pid = core::pidOf(order.instance);
    const int child = children_.pidfdOf(order.instance);
    const auto sent = child >= 0 ? signalStop(child, order) : signalStop(order);
    if (child >= 0 && order.force && ::getpgid(pid) == pid) {
        // As long as the leader has not been reaped no other process can have a group of this number.
        ::kill(-pid, SIGKILL);
    }
    if (!sent) {
        failures_[order.name] = context_.loop.addDeferred([this, name = order.name, error = sent.error()] {
            context_.report(core::event::StopFailed{name, error.message});
        });
    }
}

void Direct::forget(const std::string& name) {
    if (const auto entry = pending_.find(name); entry != pending_.end()) {
        drop(entry, Answer::dropped);
    }
    failures_.erase(name);
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
