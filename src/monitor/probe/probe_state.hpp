// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace healer::monitor::probe {

enum class Verdict {
    passed,
    failed,
    unknown, ///< the probe itself could not be run: nothing is known about the service
};

/// The result of one probe.
struct Finding {
    Verdict verdict = Verdict::unknown;
    std::string reason; ///< a sentence: why not; of one that passed: what it warns of
};

struct Thresholds {
    core::Duration interval{0};
    core::Duration grace{0}; ///< after a start; failures within it do not count
    std::int64_t failures = 1;
    std::int64_t successes = 1;
    std::uint64_t seed =
        0; ///< determines the phase within the interval, so that many probes are spread over it
};

/// What must be reported after a probe.
struct Reports {
    unsigned answers = 0;   ///< number of questions that it answers
    bool healthy = false;   ///< reported without a question; never together with answers
    bool unhealthy = false; ///< reported in addition to answers
};

/// The decisions of one probing monitor (see monitor::Monitor): probe results and times in, reports and the
/// time of the next probe out.
class ProbeState {
public:
    explicit ProbeState(Thresholds thresholds) : thresholds_(thresholds) {}

    /// A question (start or look). The next probe that begins after this call answers it.
    void ask() { ++waiting_; }
    /// True when another incarnation is followed from now on; the result of a probe in progress is then
    /// useless.
    bool follow(std::optional<core::Instance> key, core::TimePoint now);

    [[nodiscard]] bool healthy() const { return health_ == Health::healthy; }
    /// Healer was held up for so long, during which the service may not have run either.
    void extendGrace(core::Duration pause);

    void begin();
    /// The probe in progress was cancelled.
    void abandon();
    /// No probe will be made for the questions: how many there are.
    [[nodiscard]] unsigned dropQuestions();
    [[nodiscard]] Reports finish(Verdict verdict, core::TimePoint now);

    /// When the next probe begins: immediately for a question, soon while the service is starting, else at
    /// its phase of the interval.
    [[nodiscard]] core::TimePoint next(core::TimePoint now);

private:
    enum class Health { unknown, healthy, unhealthy };

    [[nodiscard]] bool inGrace(core::TimePoint now) const { return graceUntil_ && now < *graceUntil_; }
    void passed(Reports& reports);
    void failed(core::TimePoint now, Reports& reports);

    Thresholds thresholds_;
    std::optional<core::Instance> key_;
    std::optional<core::TimePoint> graceUntil_; ///< none: over, or never begun
    Health health_ = Health::unknown;
    bool unhealthyReported_ = false; ///< since the last success or the last follow()
    std::int64_t run_ = 0;           ///< equal results in a row: positive passed, negative failed
    unsigned waiting_ = 0;           ///< questions for the next probe
    unsigned asked_ = 0;             ///< questions that the probe in progress answers
    bool restart_ = false;           ///< probe immediately, as another incarnation is followed
    core::Duration quickDelay_{0};
};

} // namespace healer::monitor::probe
