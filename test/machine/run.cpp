// SPDX-License-Identifier: Apache-2.0
#include "machine/run.hpp"

#include "machine/administrator.hpp"
#include "machine/healer.hpp"
#include "machine/judge.hpp"
#include "machine/machine.hpp"
#include "machine/scene.hpp"

#include <filesystem>

namespace healer::machine {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr core::Duration kLookEach = seconds(1);
/// After the last mishap: longer than every pause and cooldown.
constexpr core::Duration kRest = seconds(400);
constexpr core::Duration kRecovery = seconds(120);
/// At one instant of the clock; more means that it does not come to rest.
constexpr std::size_t kMostTurns = 200'000;

class Run {
public:
    Run(Machine& machine, const std::string& folder)
        : machine_(machine), scene_(machine, folder), healer_(machine, folder),
          judge_(machine, scene_, healer_), administrator_(machine, scene_, healer_, judge_) {
        machine_.setOnHealerEnds([this](const std::string& name) { judge_.healerEnds(name); });
    }

    void all() {
        boot();
        auto& random = machine_.random();
        const std::size_t actions = 3 + random.below(25);
        for (std::size_t i = 0; i < actions; ++i) {
            // Most of what goes wrong does so because things happen at once.
            const auto pause = random.oneIn(3)   ? random.between(milliseconds(0), milliseconds(50))
                               : random.oneIn(2) ? random.between(milliseconds(0), seconds(2))
                                                 : random.between(milliseconds(0), seconds(30));
            pass(pause);
            administrator_.act();
        }
        administrator_.restore();
        pass(kRest);
        check();
        machine_.note("-- everything is killed");
        administrator_.killAll();
        pass(kRecovery);
        check();
    }

private:
    /// What is enabled is started by systemd, and Healer somewhere in between.
    void boot() {
        auto& random = machine_.random();
        for (const auto& entry : scene_.entries()) {
            if (entry.isUnit && random.oneIn(2)) {
                machine_.soon(milliseconds(50), [this, unit = entry.unit] {
                    (void)machine_.pid1().request(unit, JobType::start, Asker::itself);
                });
            }
        }
        machine_.soon(milliseconds(100), [this] { healer_.start(); });
        pass(random.between(milliseconds(100), seconds(20)));
    }

    void pass(core::Duration time) {
        const auto end = machine_.now() + time;
        auto nextLook = machine_.now() + kLookEach;
        auto lastTime = machine_.now();
        std::size_t turns = 0;
        while (machine_.now() < end) {
            (void)machine_.loop().runOnce(std::min(end, nextLook) - machine_.now());
            if (healer_.runs() && !machine_.daemonLives()) {
                healer_.bury();
                judge_.healerKilled();
            }
            if (!healer_.runs()) {
                administrator_.forgetRequests();
            }
            turns = machine_.now() == lastTime ? turns + 1 : 0;
            lastTime = machine_.now();
            if (turns > kMostTurns) {
                throw Finding("the loop does not come to rest");
            }
            if (machine_.now() >= nextLook) {
                nextLook += kLookEach;
                judge_.look();
                for (const auto& what : administrator_.unanswered()) {
                    throw Finding("healerctl " + what + " gets no answer");
                }
            }
        }
    }

    void check() {
        if (!healer_.runs()) {
            throw Finding("Healer does not run");
        }
        judge_.verdict();
    }

    Machine& machine_;
    Scene scene_;
    Healer healer_;
    Judge judge_;
    Administrator administrator_;
};

} // namespace

Outcome run(std::uint64_t seed, const std::string& folder) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    std::filesystem::permissions(folder, std::filesystem::perms(0700));
    Machine machine(seed);
    Outcome outcome;
    try {
        Run(machine, folder).all();
    } catch (const std::exception& exception) {
        outcome.finding = exception.what();
    }
    outcome.timeline = machine.timeline();
    return outcome;
}

} // namespace healer::machine
