// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace healer::core {

/// What is known of one probe itself. A probe that has never passed may be mistaken (a mistyped URL): one
/// restart is made for its sake, and then what runs is left running.
enum class Trust {
    unproven, ///< has never passed
    retried,  ///< and one restart was made because of that
    setAside, ///< which did not help: it does not count until it passes
    proven,   ///< has passed
};

[[nodiscard]] std::string_view toString(Trust trust);
/// The inverse of toString(); nothing for an unknown word.
[[nodiscard]] std::optional<Trust> trustFromString(std::string_view word);

/// The trust in each probe of one process.
class ProbeTrust {
public:
    /// What is remembered of a probe: it is the same one as long as its settings are.
    struct Saved {
        std::uint64_t probe = 0; ///< a hash of its settings
        Trust trust = Trust::unproven;

        bool operator==(const Saved&) const = default;
    };

    /// The probes of this plan from now on. A probe with other settings begins as one that has never passed.
    void know(const ProcessPlan& plan, const std::vector<Saved>& saved);
    void know(const ProcessPlan& plan) { know(plan, saved()); }
    /// All that is known of the probes.
    [[nodiscard]] std::vector<Saved> saved() const;

    /// By its index in the plan's monitors.
    [[nodiscard]] Trust of(std::size_t monitor) const;
    void set(std::size_t monitor, Trust trust);
    /// A restart is made for the sake of those that have never passed.
    void retry();

private:
    struct Entry {
        std::size_t monitor = 0;
        Saved known;
    };
    std::vector<Entry> entries_; ///< of the probes
};

} // namespace healer::core
