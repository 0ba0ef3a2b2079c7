// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"
#include "machine/kernel.hpp"
#include "machine/pid1.hpp"
#include "machine/programs.hpp"
#include "machine/random.hpp"
#include "runtime/loop.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

/// A simulated machine on which the real daemon runs: its clock, processes, systemd, programs and mishaps.
/// The files in edges/ take the place of those that speak to the real kernel and to the real PID 1.
namespace healer::machine {

/// What can go wrong with the machine for a while.
struct Faults {
    core::TimePoint noDescriptors; ///< until then Healer gets none for looking at processes (EMFILE)
    core::TimePoint noProcesses;   ///< until then no process can be made (EAGAIN)
    core::TimePoint frozenFiles;   ///< until then nothing is written
    bool ebpf = true;              ///< the kernel lets Healer load its programs
};

class Machine {
public:
    explicit Machine(std::uint64_t seed);
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;
    ~Machine();

    /// The one that exists.
    [[nodiscard]] static Machine& current();

    runtime::Loop& loop() { return loop_; }
    Random& random() { return random_; }
    Kernel& kernel() { return kernel_; }
    Pid1& pid1() { return pid1_; }
    Programs& programs() { return programs_; }
    Faults& faults() { return faults_; }
    [[nodiscard]] core::TimePoint now() const { return loop_.now(); }

    /// Calls back once after this time.
    void after(core::Duration delay, std::function<void()> callback);
    void soon(core::Duration atMost, std::function<void()> callback) {
        after(random_.between(core::Duration(0), atMost), std::move(callback));
    }

    /// Called with the name of what Healer asks to be ended.
    void setOnHealerEnds(std::function<void(const std::string&)> callback) {
        onHealerEnds_ = std::move(callback);
    }
    void healerEnds(const Process& process);

    /// One line of the timeline.
    void note(const std::string& what);
    [[nodiscard]] const std::vector<std::string>& timeline() const { return timeline_; }

    // The daemon does nothing any longer from the moment when it is killed, although its code may still be on
    // the way back to the loop.
    [[nodiscard]] bool daemonLives() const { return daemonLives_; }
    void setDaemonLives(bool lives) { daemonLives_ = lives; }
    /// The daemon is killed when it has the n-th effect from now on, before that happens.
    void killDaemonAt(std::uint64_t effect) { killAt_ = effects_ + effect; }
    /// To be asked before each effect of the daemon on the machine; false: it has been killed.
    [[nodiscard]] bool effect();
    [[nodiscard]] std::uint64_t effects() const { return effects_; }

private:
    runtime::Loop loop_{runtime::Loop::Time::simulated};
    Random random_;
    Kernel kernel_;
    Pid1 pid1_;
    Programs programs_;
    Faults faults_;
    std::map<std::uint64_t, runtime::Source> pending_;
    std::uint64_t lastPending_ = 0;
    std::vector<std::string> timeline_;
    std::function<void(const std::string&)> onHealerEnds_;
    bool daemonLives_ = false;
    std::uint64_t effects_ = 0;
    std::uint64_t killAt_ = 0;
};

} // namespace healer::machine
