// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event.hpp"
#include "core/process.hpp"
#include "systemd/journal_evidence.hpp"
#include "systemd/surroundings.hpp"
#include "systemd/unit_facts.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace healer::monitor::unit {

/// What follows from what PID 1 reports about one unit: facts and jobs in, events out. It judges only when
/// the unit has come to rest (no job, not starting, not stopping), so a restart by an operator or by systemd
/// itself shows only as another incarnation. A unit that is down was stopped on purpose when another client's
/// job ended well and left that very invocation down; where jobs may have been missed, when the unit's own
/// times say so. Neither holds where other units show that systemd stopped it because of them.
class UnitTracker {
public:
    /// Whether a job, not yet reported as ended, is Healer's own.
    using IsOwn = std::function<bool(std::uint32_t job)>;

    /// `process`: the name in the plan; `unit`: the name of the unit, for people.
    UnitTracker(std::string process, std::string unit, IsOwn isOwn);

    /// The core asks whether an instance runs: one answer more is due.
    void ask() { ++questions_; }
    /// An earlier Healer knew this incarnation. `suspended`: see systemd::endOf().
    void expect(const std::optional<core::Instance>& known, core::Duration suspended) {
        hadInstance_ = known.has_value();
        restored_ = known;
        suspended_ = suspended;
    }
    [[nodiscard]] bool hasJobs() const { return !jobs_.empty(); }
    /// Whether a job may be taking the unit down.
    [[nodiscard]] bool jobUnderWay(const systemd::UnitFacts& facts) const {
        return hasJobs() && facts.active != "reloading";
    }
    /// This incarnation is the instance now, or none. True: the last facts say otherwise, or it is not known,
    /// so they are to be read afresh.
    [[nodiscard]] bool follow(std::optional<core::Instance> key);
    void jobNew(std::uint32_t job) { jobs_.insert(job); }
    void jobRemoved(std::uint32_t job, const std::string& result);
    /// Signals may have been missed from now on.
    void lost();

    /// What is to be asked about other units before these facts go to update().
    struct Question {
        bool maybeStopped = false; ///< it was stopped from outside
        std::optional<std::uint32_t> stopJob = {};

        bool operator==(const Question&) const = default;
    };
    [[nodiscard]] std::optional<Question> question(const systemd::UnitFacts& facts) const;

    /// Whether these facts alone leave open whether an operator has stopped it: PID 1 also unloads what has
    /// ended well by itself, and forgets a failed start when that is reset. The journal may say.
    [[nodiscard]] bool needsJournal(const systemd::UnitFacts& facts) const;
    void heardFromJournal(systemd::LastJob job) { lastJob_ = job; }

    /// The facts now. `main` is the key of the main process, where it has one that can be read;
    /// `surroundings` answers question().
    [[nodiscard]] std::vector<core::Event> update(const systemd::UnitFacts& facts,
                                                  std::optional<core::ProcessKey> main,
                                                  const systemd::Surroundings& surroundings = {});
    /// Its main process cannot be looked at for now. Jobs that have left the unit up as it was explain no
    /// later end.
    void unreadable(const systemd::UnitFacts& facts);
    /// PID 1 has no facts about it.
    [[nodiscard]] std::vector<core::Event> unknown(const std::string& why);

private:
    void up(const systemd::UnitFacts& facts, core::Instance instance, std::vector<core::Event>& events);
    void down(const systemd::UnitFacts& facts, const systemd::Surroundings& surroundings,
              std::vector<core::Event>& events);
    [[nodiscard]] core::UnitEnd judged(const systemd::UnitFacts& facts,
                                       const systemd::Surroundings& surroundings) const;
    [[nodiscard]] core::event::UnitAtRest atRest(const systemd::UnitFacts& facts, core::UnitEnd end) const;
    [[nodiscard]] bool endsRestored(const systemd::UnitFacts& facts) const;
    [[nodiscard]] bool startedSince(const systemd::UnitFacts& facts) const;
    [[nodiscard]] bool wasUnloaded(const systemd::UnitFacts& facts) const;
    void answerAbsent(const std::string& why, std::vector<core::Event>& events);
    [[nodiscard]] bool stoppedOnPurpose(const systemd::UnitFacts& facts) const;
    [[nodiscard]] bool seemsStoppedUnseen(const systemd::UnitFacts& facts) const;
    void settle(const systemd::UnitFacts& facts);

    std::string process_;
    std::string unit_;
    IsOwn isOwn_;
    unsigned questions_ = 0;
    std::optional<core::Instance> instance_;   ///< followed, or reported as up
    std::optional<core::Instance> seen_;       ///< what the last facts at rest said
    std::set<std::uint32_t> jobs_;             ///< not ended yet
    std::optional<std::uint32_t> foreignDone_; ///< another client's job that ended well since the unit came
                                               ///< to rest, the last one
    bool foreignFailed_ = false;               ///< one ended otherwise, as only a start does
    bool cancelled_ = false;                   ///< one was replaced by another job
    bool ownDone_ = false;                     ///< Healer's own job ended well since then
    bool ownEnded_ = false;                    ///< or otherwise
    bool hadInstance_ = false;                 ///< it was up when jobs began to be missed
    std::optional<core::Instance> restored_;   ///< what an earlier Healer knew, until it is seen or gone
    core::Duration suspended_{0};              ///< see systemd::endOf()
    std::optional<systemd::LastJob> lastJob_;  ///< what the journal says
    bool ownCancelled_ = false;                ///< one was replaced by another client's
    bool missed_ = true;                       ///< jobs may have been missed since it came to rest
    std::optional<std::string> invocation_;    ///< when it came to rest
    bool restsDown_ = false;                   ///< and it was down then
};

} // namespace healer::monitor::unit
