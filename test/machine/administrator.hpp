// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event.hpp"
#include "machine/healer.hpp"
#include "machine/judge.hpp"
#include "machine/pid1.hpp"
#include "machine/scene.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace healer::machine {

class Machine;

/// Whatever people do to a machine, and what befalls it, at random.
class Administrator {
public:
    Administrator(Machine& machine, const Scene& scene, Healer& healer, Judge& judge);

    /// Does one thing now.
    void act();
    /// Ends all that makes things difficult.
    void restore();
    /// Kills everything that is wanted.
    void killAll();
    /// Healer has ended, and answers nothing any longer.
    void forgetRequests() { asked_.clear(); }
    /// The requests to Healer that have not been answered, although it has run for long since then.
    [[nodiscard]] std::vector<std::string> unanswered() const;

private:
    struct Asked {
        std::string what;
        core::TimePoint at;
    };

    [[nodiscard]] const Entry& anyEntry();
    [[nodiscard]] const Entry* anyWithUnit();
    void systemctl(const std::string& unit, JobType type);
    void healerctl(core::event::Verb verb, const Entry& entry);
    void killSomething();
    void hang();
    void hideProgram();
    void endHealer();
    void startHealerSoon();
    void busyMoment();

    Machine& machine_;
    const Scene& scene_;
    Healer& healer_;
    Judge& judge_;
    std::map<std::uint64_t, Asked> asked_;
    std::uint64_t lastAsked_ = 0;
    std::vector<std::string> hidden_;
};

} // namespace healer::machine
