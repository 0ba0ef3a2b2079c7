// SPDX-License-Identifier: Apache-2.0
#include "systemd/job_tracker.hpp"

#include "core/unit_name.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace healer::systemd {

namespace {

constexpr std::size_t kMostEnded = 256;
constexpr std::size_t kMostRecent = 512;

using Waiting = std::vector<std::weak_ptr<JobTracker::Ended>>;

void notify(const Waiting& waiting, const std::optional<std::string>& result) {
    for (const auto& entry : waiting) {
        if (const auto ended = entry.lock()) {
            (*ended)(result);
        }
    }
}

} // namespace

void JobTracker::appeared(const Job& job) {
    newest_ = std::max(newest_, job.id);
    recent_.push_back({job.id, job.unit, ++signals_, 0});
    if (recent_.size() > kMostRecent) {
        recent_.pop_front();
    }
    // Others have too many jobs to remember them all.
    if (core::isTransientUnitName(job.unit) && !isOwn(job.id)) {
        foreign_[job.unit].insert(job.id);
    }
}

void JobTracker::removed(const Job& job) {
    newest_ = std::max(newest_, job.id);
    ++signals_;
    for (auto& life : recent_) {
        if (life.id == job.id) {
            life.removed = signals_;
        }
    }
    ended_.emplace_back(job.id, job.result);
    if (ended_.size() > kMostEnded) {
        ended_.pop_front();
    }
    const auto [first, last] = waiting_.equal_range(job.id);
    Waiting waiting;
    std::transform(first, last, std::back_inserter(waiting), [](const auto& entry) { return entry.second; });
    waiting_.erase(first, last);
    notify(waiting, job.result);
}

bool JobTracker::mayHaveMissed(const std::string& unit) const {
    const auto found = heard_.find(unit);
    return found == heard_.end() || found->second.losses != losses_;
}

void JobTracker::heard(const std::string& unit, core::TimePoint now) {
    heard_[unit] = {losses_, now};
}

core::TimePoint JobTracker::heardAt(const std::string& unit) const {
    const auto found = heard_.find(unit);
    return found == heard_.end() ? core::TimePoint() : found->second.at;
}

void JobTracker::lost() {
    ++losses_;
    newest_ = 0;
    foreign_.clear(); // their ends may be missed; what became of them is asked then
    ended_.clear();
    recent_.clear();
    Waiting waiting;
    for (const auto& [job, entry] : std::exchange(waiting_, {})) {
        waiting.push_back(entry);
    }
    notify(waiting, std::nullopt);
}

void JobTracker::claim(const std::string& unit, std::uint32_t job) {
    own_.insert(job);
    const auto entry = foreign_.find(unit);
    if (entry != foreign_.end() && entry->second.erase(job) > 0 && entry->second.empty()) {
        foreign_.erase(entry);
    }
}

bool JobTracker::isPartOf(const std::string& unit, std::uint32_t job) const {
    const auto of =
        std::find_if(recent_.rbegin(), recent_.rend(), [job](const Life& life) { return life.id == job; });
    return of != recent_.rend() && std::any_of(recent_.begin(), recent_.end(), [&](const Life& other) {
               return other.unit == unit && other.id < job &&
                      (other.removed == 0 || other.removed > of->appeared);
           });
}

std::shared_ptr<void> JobTracker::whenEnded(std::uint32_t job, Ended ended) {
    const auto known =
        std::find_if(ended_.rbegin(), ended_.rend(), [job](const auto& entry) { return entry.first == job; });
    if (known != ended_.rend()) {
        ended(known->second);
        return {};
    }
    auto handle = std::make_shared<Ended>(std::move(ended));
    waiting_.emplace(job, handle);
    return handle;
}

} // namespace healer::systemd
