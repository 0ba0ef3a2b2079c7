// SPDX-License-Identifier: Apache-2.0
#include "core/operator_requests.hpp"

#include <algorithm>

namespace healer::core {

bool OperatorRequests::awaits(event::Verb verb) const {
    return std::any_of(pending_.begin(), pending_.end(),
                       [verb](const Pending& pending) { return pending.verb == verb; });
}

void OperatorRequests::answer(event::Verb verb, const Result<pid_t>& outcome, ActionSink& out) {
    std::erase_if(pending_, [&](const Pending& pending) {
        if (pending.verb != verb) {
            return false;
        }
        out.add(action::Reply{pending.id, outcome});
        return true;
    });
}

void OperatorRequests::answerStarts(const Result<pid_t>& outcome, ActionSink& out) {
    answer(event::Verb::start, outcome, out);
    answer(event::Verb::restart, outcome, out);
    settlesAt_.reset();
}

} // namespace healer::core
