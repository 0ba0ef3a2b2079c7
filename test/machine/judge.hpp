// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"
#include "core/view.hpp"
#include "machine/healer.hpp"
#include "machine/kernel.hpp"
#include "machine/pid1.hpp"
#include "machine/scene.hpp"

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace healer::machine {

class Machine;

/// A promise that was broken, in a sentence.
class Finding : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Knows what operators want of each process, and looks whether Healer keeps its promises.
class Judge final : public Kernel::Observer {
public:
    Judge(Machine& machine, const Scene& scene, Healer& healer);
    ~Judge() override;

    // What an operator has asked for, and was not refused.
    void wantUp(const std::string& name) { want(name, Wish::up); }
    void wantDown(const std::string& name) { want(name, Wish::down); }
    void wantUnclear(const std::string& name) { want(name, Wish::unclear); }
    /// The last request was made to Healer itself.
    void askedHealer(const std::string& name) { known_.at(name).askedHealer = present(); }
    /// Healer was killed: what it was asked for last may not have been written down.
    void healerKilled();
    /// Something has happened to it that counts as a failure.
    void noteFailure(const std::string& name);
    /// Healer asks for the end of what runs there.
    void healerEnds(const std::string& name);

    /// To be called every now and then.
    void look();
    /// After everything has come to rest: is all as it was asked for?
    void verdict();
    [[nodiscard]] bool isWantedUp(const std::string& name) const;
    [[nodiscard]] bool failedLately(const std::string& name) const;
    [[nodiscard]] bool isClear(const std::string& name) const;

    void started(const Process& process) override;
    void ended(const Process& process) override;

    /// What was found while the daemon was at work, where nothing can be thrown.
    [[nodiscard]] const std::optional<std::string>& found() const { return found_; }

private:
    enum class Wish { up, down, unclear };
    struct Known {
        Wish wish = Wish::up;
        core::TimePoint at;          ///< of the wish
        core::TimePoint asked;       ///< of the last request of any kind
        core::TimePoint askedHealer; ///< of the last request to Healer itself
        std::vector<core::TimePoint> failures;
        core::TimePoint upSeen; ///< when it was last seen at work
        core::BreakerState breaker = core::BreakerState::closed;
    };

    [[nodiscard]] core::TimePoint present() const;
    void want(const std::string& name, Wish wish);
    void find(const std::string& what);
    [[nodiscard]] bool waits(const Entry& entry) const;
    void lookAt(const Entry& entry, Known& known);

    Machine& machine_;
    const Scene& scene_;
    Healer& healer_;
    std::map<std::string, Known> known_;
    std::optional<std::string> found_;
};

} // namespace healer::machine
