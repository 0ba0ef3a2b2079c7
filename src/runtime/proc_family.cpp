// SPDX-License-Identifier: Apache-2.0
#include "runtime/proc_family.hpp"

#include "runtime/proc_entry.hpp"

namespace healer::runtime {

core::Judgement judgeInFamily(const core::Identity& identity, const core::ProcessFacts& facts) {
    constexpr int kMostGenerations = 4;
    auto judgement = core::judge(identity, facts);
    pid_t parent = facts.parent;
    bool forked = facts.forkedOnly && (identity.unit.empty() || facts.unit != identity.unit);
    for (int generation = 0; forked && judgement.answer != core::Answer::no && generation < kMostGenerations;
         ++generation) {
        const auto family = factsOf(parent, [&](const core::ProcessFacts& known) { return !known.zombie; });
        if (!family || !family->exeFile || family->exeFile != facts.exeFile) {
            break;
        }
        if (core::judge(identity, *family).answer == core::Answer::no) {
            return {};
        }
        parent = family->parent;
        forked = family->forkedOnly;
    }
    return judgement;
}

} // namespace healer::runtime
