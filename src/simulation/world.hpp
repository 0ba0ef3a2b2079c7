// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/coordinator.hpp"
#include "simulation/scenario.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace healer::simulation {

/// What the coordinator has just decided, before the world carries it out.
using Observer = std::function<void(core::TimePoint now, const core::Actions& actions)>;

/// A machine on fake time. It runs the coordinator of a plan and carries out its actions on pretended
/// processes; nothing runs at the beginning.
class World {
public:
    World(core::Plan plan, Habits habits, Observer observer);
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// Called once, before anything else.
    void begin();
    /// Lets time pass, doing whatever becomes due on the way.
    void pass(core::Duration time);

    /// The running instance ends. False: there is none.
    bool end(const std::string& name, const core::Exit& exit);
    /// The running instance hangs. False: there is none.
    bool hang(const std::string& name, const Hang& hang);
    void failStarts(const std::string& name, const FailingStarts& failing);
    /// A person asks; the answer comes as action::Reply with this number.
    void request(core::event::Verb verb, const std::string& name, std::uint64_t id);

    [[nodiscard]] const core::Coordinator& core() const { return core_; }
    [[nodiscard]] core::TimePoint now() const { return now_; }
    [[nodiscard]] std::optional<core::ProcessKey> running(const std::string& name) const;
    [[nodiscard]] std::size_t copies(const std::string& name) const;
    /// Whether anything would notice that this process hangs.
    [[nodiscard]] bool isProbed(const std::string& name) const;

private:
    struct Instance {
        std::string name;
        bool ready = false;
        bool hung = false;
        std::optional<core::Exit> pendingEnd; ///< a stop signal that it does not heed while it hangs
    };

    bool step(core::TimePoint end);
    void after(core::Duration delay, std::function<void()> what);
    void deliver(const core::Event& event);
    void take(const core::Actions& actions);

    void act(const core::action::Watch& watch);
    void act(const core::action::Unwatch& unwatch);
    void act(const core::action::Track& track);
    void act(const core::action::Look& look);
    void act(const core::action::Launch& launch);
    void act(const core::action::CancelLaunch& cancel);
    void act(const core::action::Stop& stop);
    /// What is for the observer alone.
    template <typename Other>
    void act(const Other& /*other*/) {}

    void answerLook(const std::string& name);
    void startProgram(const core::action::Launch& launch);
    void becomeReady(core::ProcessKey key);
    void die(core::ProcessKey key, const core::Exit& exit);
    void wakeUp(core::ProcessKey key);
    void noticeFailing(const std::string& name, const std::string& reason,
                       const std::function<bool()>& stillFails);

    core::Coordinator core_;
    Habits habits_;
    Observer observer_;
    core::TimePoint now_;
    std::multimap<core::TimePoint, std::function<void()>> due_;
    std::map<core::ProcessKey, Instance> alive_;
    std::map<core::ProcessKey, core::Exit> ended_;
    std::map<std::string, core::Instance> followed_;
    std::map<std::string, std::optional<core::TimePoint>> failing_; ///< until when starts fail
    std::map<core::ProcessKey, core::action::Launch> waiting_;      ///< launches, by their predecessor
    std::set<std::uint64_t> cancelled_;
    pid_t lastPid_ = 1000;
};

} // namespace healer::simulation
