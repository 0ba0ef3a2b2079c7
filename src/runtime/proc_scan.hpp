// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/identity.hpp"
#include "runtime/loop.hpp"

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace healer::runtime {

/// Searches /proc for instances of programs, in slices of some 2 ms so that the loop goes on. One pass serves
/// all who are waiting when it begins; who asks later waits for the next one.
class ProcScan {
public:
    /// Takes all processes that match. Called from the loop.
    using Found = std::function<void(std::vector<core::ProcessFacts>)>;

    /// A question that waits for its answer; its destruction withdraws it. May outlive the ProcScan.
    class Question {
    public:
        Question() = default;
        [[nodiscard]] bool pending() const { return state_ && !state_->answered; }

    private:
        friend class ProcScan;
        struct State {
            core::Identity identity;
            core::Strictness strictness = core::Strictness::exact;
            Found found;
            std::vector<core::ProcessFacts> matches;
            bool answered = false;
        };
        explicit Question(std::shared_ptr<State> state) : state_(std::move(state)) {}
        std::shared_ptr<State> state_;
    };

    explicit ProcScan(Loop& loop);
    ProcScan(const ProcScan&) = delete;
    ProcScan& operator=(const ProcScan&) = delete;
    ~ProcScan();

    [[nodiscard]] Question find(core::Identity identity, core::Strictness strictness, Found found);

private:
    class Pass;
    using Asker = std::weak_ptr<Question::State>;

    void slice();

    Loop& loop_;
    std::vector<Asker> waiting_;
    std::unique_ptr<Pass> pass_;
    Source next_;
};

} // namespace healer::runtime
