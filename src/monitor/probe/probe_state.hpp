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
    unknown, ///< the probe itself could not be made: nothing is said about the service
};

/// What one probe has found.
struct Finding {
    Verdict verdict = Verdict::unknown;
    std::string reason; ///< unless it passed: a sentence for a person
};

struct Thresholds {
    core::Duration interval{0};
    core::Duration grace{0}; ///< after a start; failures within it do not count
    std::int64_t failures = 1;
    std::int64_t successes = 1;
    std::uint64_t seed = 0; ///< places the probe within the interval, so that many are spread over it
};

/// What is to be reported after a probe.
struct Reports {
    unsigned answers = 0;   ///< so many questions are answered by it
    bool healthy = false;   ///< reported unasked, and in place of no answer
    bool unhealthy = false; ///< reported in addition to answers
};

/// The decisions of one probing monitor (see monitor::Monitor): probe results and times in, reports and the
/// time of the next probe out.
class ProbeState {
public:
    explicit ProbeState(Thresholds thresholds) : thresholds_(thresholds) {}

    /// Somebody asks. The answer is the next probe that begins after this.
    void ask() { ++waiting_; }
    /// True when another incarnation is followed from now on: a probe under way is worth nothing any more.
    bool follow(std::optional<core::ProcessKey> key, core::TimePoint now);

    void begin();
    /// The probe under way was abandoned.
    void abandon();
    [[nodiscard]] Reports finish(Verdict verdict, core::TimePoint now);

    /// When the next probe begins: at once for a question, soon while the service is starting, else at its
    /// own place within the interval.
    [[nodiscard]] core::TimePoint next(core::TimePoint now);

private:
    enum class Health { unknown, healthy, unhealthy };

    [[nodiscard]] bool inGrace(core::TimePoint now) const { return graceUntil_ && now < *graceUntil_; }
    void passed(Reports& reports);
    void failed(core::TimePoint now, Reports& reports);

    Thresholds thresholds_;
    std::optional<core::ProcessKey> key_;
    std::optional<core::TimePoint> graceUntil_; ///< none: over, or never begun
    Health health_ = Health::unknown;
    bool unhealthyTold_ = false; ///< since the last success or the last follow()
    std::int64_t run_ = 0;       ///< alike results in a row: above zero passed, below failed
    unsigned waiting_ = 0;       ///< questions for the next probe
    unsigned asked_ = 0;         ///< questions that the probe under way answers
    bool anew_ = false;          ///< probe at once, as another incarnation is followed
    core::Duration quickDelay_{0};
};

} // namespace healer::monitor::probe
