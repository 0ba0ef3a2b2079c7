// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "simulation/fake_clock.hpp"
#include "simulation/habits.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace healer::simulation {

/// A running instance of a pretended program.
struct Program {
    std::string name;
    core::TimePoint readyAt;
    bool ready = false;                        ///< its probes pass and its PID file is there
    bool hung = false;                         ///< it answers no probe
    std::optional<core::Exit> pendingEnd = {}; ///< by a stop signal that it ignores while it hangs

    [[nodiscard]] bool answers() const { return ready && !hung; }
};

/// What happens to pretended programs.
class ProgramEvents {
public:
    ProgramEvents() = default;
    ProgramEvents(const ProgramEvents&) = delete;
    ProgramEvents& operator=(const ProgramEvents&) = delete;
    virtual ~ProgramEvents() = default;

    virtual void ready(core::ProcessKey key, const std::string& name) = 0;
    virtual void hung(core::ProcessKey key, const std::string& name) = 0;
    virtual void answersAgain(core::ProcessKey key, const std::string& name) = 0;
    virtual void ended(core::ProcessKey key, const std::string& name, const core::Exit& exit) = 0;
};

/// The pretended programs of a machine on fake time.
class Programs {
public:
    /// All three must outlive it.
    Programs(FakeClock& clock, const Habits& habits, ProgramEvents& events)
        : clock_(clock), habits_(habits), events_(events) {}
    Programs(const Programs&) = delete;
    Programs& operator=(const Programs&) = delete;

    /// What runs there runs here, at the same time.
    void continueFrom(const Programs& other);

    core::ProcessKey start(const std::string& name);
    /// One that has been running for a while.
    core::ProcessKey add(const std::string& name);
    void end(core::ProcessKey key, const core::Exit& exit);
    /// It is gone without an event.
    void remove(core::ProcessKey key);
    /// Sends a signal to end it.
    void signal(core::ProcessKey key, int signal);

    void hang(core::ProcessKey key, std::optional<core::Duration> lasts);
    /// What runs hangs, and so does every later instance from its start.
    void hangAll(const std::string& name);
    void cure(const std::string& name);

    [[nodiscard]] const std::map<core::ProcessKey, Program>& alive() const { return alive_; }
    [[nodiscard]] bool isAlive(const std::optional<core::Instance>& instance) const;
    [[nodiscard]] std::optional<core::ProcessKey> running(const std::string& name) const;
    /// The one that running() returns; null if there is none.
    [[nodiscard]] const Program* find(const std::string& name) const;
    [[nodiscard]] std::size_t copies(const std::string& name) const;
    /// How this instance ended; that it vanished where that is not known.
    [[nodiscard]] core::Exit exitOf(core::ProcessKey key) const;
    /// Signals have been sent that have not ended their programs yet.
    [[nodiscard]] bool areEnding() const { return signalsOnTheirWay_ > 0; }

private:
    core::ProcessKey nextKey();
    void becomeReady(core::ProcessKey key);
    void wakeUp(core::ProcessKey key);

    FakeClock& clock_;
    const Habits& habits_;
    ProgramEvents& events_;
    std::map<core::ProcessKey, Program> alive_;
    std::map<core::ProcessKey, core::Exit> ended_;
    std::set<std::string, std::less<>> hanging_; ///< whose new instances hang
    int signalsOnTheirWay_ = 0;
    pid_t lastPid_ = 1000;
};

} // namespace healer::simulation
