// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/coordinator.hpp"
#include "simulation/fake_clock.hpp"
#include "simulation/habits.hpp"
#include "simulation/monitors.hpp"
#include "simulation/programs.hpp"
#include "simulation/scenario.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace healer::simulation {

/// What the coordinator has just decided, before the world carries it out.
using Observer = std::function<void(core::TimePoint now, const core::Actions& actions)>;

/// A machine on fake time, for `healer --simulate` and for the tests of the core. It runs the coordinator of
/// a plan and carries out its actions on pretended programs; nothing runs at the beginning.
class World : private ProgramEvents {
public:
    World(core::Plan plan, Habits habits, Observer observer, const core::SavedStates& before = {});
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// The same machine at the same time with another Healer; before begin().
    void continueFrom(const World& other);
    void observeMoves(core::MoveObserver observer) { core_.observeMoves(std::move(observer)); }

    /// Called once, before time passes.
    void begin();
    /// Lets time pass, doing whatever becomes due on the way.
    void pass(core::Duration time);

    /// An operator request; the answer comes as action::Reply with this number.
    void request(core::event::Verb verb, const std::string& name, std::uint64_t id);
    void reload(core::Plan plan);
    /// Something that a monitor or a launcher reports by itself.
    void report(const core::Event& event);

    /// The running instance ends. False: there is none.
    bool end(const std::string& name, const core::Exit& exit);
    /// The running instance hangs. False: there is none.
    bool hang(const std::string& name, const Hang& hang);
    void failStarts(const std::string& name, const FailingStarts& failing);
    /// An instance that Healer did not start; its monitors notice it.
    core::ProcessKey startElsewhere(const std::string& name);

    [[nodiscard]] Habits& habits() { return habits_; }
    [[nodiscard]] Programs& programs() { return programs_; }
    [[nodiscard]] const Programs& programs() const { return programs_; }
    [[nodiscard]] const core::Coordinator& core() const { return core_; }
    [[nodiscard]] core::TimePoint now() const { return clock_.now(); }
    [[nodiscard]] std::optional<core::ProcessKey> running(const std::string& name) const {
        return programs_.running(name);
    }
    [[nodiscard]] std::size_t copies(const std::string& name) const { return programs_.copies(name); }
    /// Whether anything would notice that this process hangs.
    [[nodiscard]] bool isProbed(const std::string& name) const;
    /// The number of programs of this name that were started on order.
    [[nodiscard]] int launches(const std::string& name) const;
    /// An order to start it is not carried out yet.
    [[nodiscard]] bool launchInFlight(const std::string& name) const;
    /// Some order is not carried out yet.
    [[nodiscard]] bool isActing() const { return !launching_.empty() || programs_.areEnding(); }

private:
    struct Launching {
        core::action::Launch order;
        bool waits = false; ///< for the end of the predecessor
    };

    void ready(core::ProcessKey key, const std::string& name) override;
    void hung(core::ProcessKey key, const std::string& name) override;
    void answersAgain(core::ProcessKey key, const std::string& name) override;
    void ended(core::ProcessKey key, const std::string& name, const core::Exit& exit) override;

    bool step(core::TimePoint end);
    void take(const core::Actions& actions);

    void act(const core::action::Watch& watch) { monitors_.watch(watch.name, watch.known); }
    void act(const core::action::Unwatch& unwatch) { monitors_.unwatch(unwatch.name); }
    void act(const core::action::Track& track) { monitors_.track(track.name, track.instance); }
    void act(const core::action::Look& look) { monitors_.look(look.name, look.probesToo); }
    void act(const core::action::Launch& launch);
    void act(const core::action::CancelLaunch& cancel) { launching_.erase(cancel.attempt); }
    void act(const core::action::Stop& stop);
    /// What is for the observer alone.
    template <typename Other>
    void act(const Other& /*other*/) {}

    void carryOut(std::uint64_t attempt);
    void launchSuccessors(core::ProcessKey predecessor);
    [[nodiscard]] bool startFails(const std::string& name) const;

    FakeClock clock_;
    Habits habits_;
    core::Coordinator core_;
    Observer observer_;
    Programs programs_;
    Monitors monitors_;
    std::map<std::uint64_t, Launching> launching_; ///< orders to start, by attempt
    std::map<std::string, int> launches_;
    std::map<std::string, std::optional<core::TimePoint>> failing_; ///< until when starts fail
};

} // namespace healer::simulation
