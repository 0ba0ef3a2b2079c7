// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/explanation.hpp"
#include "healerctl/terminal.hpp"

/// What `why` prints.
namespace healer::healerctl {

/// For people, in the order of their questions: what state, what happened, what was done, what comes, what
/// to type.
void printWhy(const Terminal& terminal, const Evidence& evidence, const Explanation& explanation);

/// The properties of the process, `History`, and `Explanation` with the same answers.
void printWhyAsJson(const Terminal& terminal, const Evidence& evidence, const Explanation& explanation);

} // namespace healer::healerctl
