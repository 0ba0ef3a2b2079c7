// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/identity.hpp"
#include "runtime/loop.hpp"
#include "runtime/reading.hpp"

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace healer::runtime {

/// Searches /proc for what is, or may be, an instance of a program, in slices of about 2 ms so that the loop
/// is not blocked. One pass serves all questions that are waiting when it begins; later ones wait for the
/// next pass. A pass from which something was kept because there were no descriptors or memory answers
/// nothing and is repeated: what could not be looked at may be the instance.
class ProcScan {
public:
    /// Receives all processes whose judgement is not "no". Called from the loop.
    using Found = std::function<void(std::vector<core::Candidate>)>;

    /// What is searched for, as far as it can be read now: asked at the beginning of each pass.
    using Wanted = std::function<Reading<core::Identity>()>;

    /// A question that waits for its answer; the destructor withdraws it. May outlive the ProcScan.
    class Question {
    public:
        Question() = default;
        [[nodiscard]] bool pending() const { return state_ && !state_->answered; }

    private:
        friend class ProcScan;
        struct State {
            Wanted wanted;
            core::Identity identity; ///< in the pass under way
            Found found;
            std::vector<core::Candidate> candidates;
            bool answered = false;
        };
        explicit Question(std::shared_ptr<State> state) : state_(std::move(state)) {}
        std::shared_ptr<State> state_;
    };

    /// Whether this process is certainly the answer to no question, so that nothing is read of it.
    using IsKnown = std::function<bool(pid_t)>;

    explicit ProcScan(Loop& loop, IsKnown isKnown = {});
    ProcScan(const ProcScan&) = delete;
    ProcScan& operator=(const ProcScan&) = delete;
    ~ProcScan();

    [[nodiscard]] Question find(Wanted wanted, Found found);

private:
    class Pass;
    using Asker = std::weak_ptr<Question::State>;

    void slice();

    Loop& loop_;
    IsKnown isKnown_;
    std::vector<Asker> waiting_;
    std::unique_ptr<Pass> pass_;
    Source next_;
};

} // namespace healer::runtime
