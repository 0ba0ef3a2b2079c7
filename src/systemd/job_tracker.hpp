// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace healer::systemd {

/// A job in PID 1's queue.
struct Job {
    std::uint32_t id = 0;
    std::string unit;
    std::string result = {}; ///< of a removed job: "done", "canceled", "timeout", "failed", "dependency",
                             ///< "skipped", ...
};

/// Distinguishes Healer's own jobs from those of others. The signal of a new job comes before the answer to
/// the call that made it, so each job counts as another client's until the answer claims it; everything else
/// that follows from the job comes after that.
class JobTracker {
public:
    /// The job's result; none when the connection has broken, so that its end may have been missed.
    using Ended = std::function<void(const std::optional<std::string>& result)>;

    void appeared(const Job& job);
    /// Calls those that wait for the end of this job. It counts as Healer's own until forget().
    void removed(const Job& job);
    void forget(std::uint32_t job) { own_.erase(job); }
    /// The connection has broken.
    void lost();

    /// The number of the newest job that was seen: PID 1 counts up. A call that is answered with an older one
    /// has joined a job that there was before.
    [[nodiscard]] std::uint32_t newest() const { return newest_; }
    /// This job was made by Healer itself.
    void claim(const std::string& unit, std::uint32_t job);
    /// Known until observers have been notified of its end.
    [[nodiscard]] bool isOwn(std::uint32_t job) const { return own_.contains(job); }
    /// Calls back when the job ends, within removed() or lost(); within this call where it has ended
    /// lately. Dropping the handle drops the callback.
    [[nodiscard]] std::shared_ptr<void> whenEnded(std::uint32_t job, Ended ended);

    /// Whether this unit had a job that belongs to the same request as `job`, as far as it shows: it is
    /// the older one, and was still there when `job` came.
    [[nodiscard]] bool isPartOf(const std::string& unit, std::uint32_t job) const;

    /// Whether another client gave this transient unit of Healer's a job since the last settle().
    [[nodiscard]] bool foreign(const std::string& unit) const { return foreign_.contains(unit); }
    /// The unit is up, or what others did with it has been reported.
    void settle(const std::string& unit, core::TimePoint now) {
        foreign_.erase(unit);
        heard(unit, now);
    }
    /// Whether a job of this unit may have been missed, as the connection has broken since it was settled or
    /// heard.
    [[nodiscard]] bool mayHaveMissed(const std::string& unit) const;
    /// What became of the unit is known up to now.
    void heard(const std::string& unit, core::TimePoint now);
    /// When that was; the epoch: never.
    [[nodiscard]] core::TimePoint heardAt(const std::string& unit) const;

private:
    std::uint32_t newest_ = 0;
    /// How often the connection has broken; before the first one nothing was heard.
    std::uint64_t losses_ = 1;
    struct Heard {
        std::uint64_t losses = 0; ///< losses_ at that time
        core::TimePoint at = {};
    };
    std::map<std::string, Heard> heard_; ///< by unit
    std::set<std::uint32_t> own_;
    std::map<std::string, std::set<std::uint32_t>> foreign_; ///< by unit; no entry is empty
    std::multimap<std::uint32_t, std::weak_ptr<Ended>> waiting_;
    std::deque<std::pair<std::uint32_t, std::string>> ended_; ///< the last ones

    /// The life of a job, by a count of signals.
    struct Life {
        std::uint32_t id = 0;
        std::string unit;
        std::uint64_t appeared = 0;
        std::uint64_t removed = 0; ///< 0: not yet
    };
    std::uint64_t signals_ = 0;
    std::deque<Life> recent_; ///< the last jobs of all units
};

} // namespace healer::systemd
