// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace healer::systemd {

/// Tells Healer's own jobs of a unit from those of others. The signal of a new job comes before the answer to
/// the call that made it, so each job counts as somebody else's until the answer claims it.
class JobTracker {
public:
    void appeared(const std::string& unit, std::uint32_t job);
    void removed(const std::string& unit, std::uint32_t job, const std::string& result);
    /// This job is Healer's own.
    void claim(const std::string& unit, std::uint32_t job);

    /// The result of a job that has ended since the last settle(); none while it is not known to have.
    [[nodiscard]] std::optional<std::string> resultOf(const std::string& unit, std::uint32_t job) const;
    /// Whether there was a job of somebody else since the last settle().
    [[nodiscard]] bool foreign(const std::string& unit) const;
    /// Whether this job was claimed.
    [[nodiscard]] bool isOwn(const std::string& unit, std::uint32_t job) const;
    /// A new chapter: the unit is up, or what others did with it has been reported.
    void settle(const std::string& unit);

private:
    struct Entry {
        std::set<std::uint32_t> unclaimed;
        std::set<std::uint32_t> own;
        std::map<std::uint32_t, std::string> results;
    };
    std::map<std::string, Entry> units_;
};

} // namespace healer::systemd
