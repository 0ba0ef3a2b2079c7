// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/explanation.hpp"

#include <vector>

namespace healer::healerctl {

/// What to type next, the most useful first: where to read more, then what ends the present state.
/// `incident`: the number that joins the last failure's journal entries, 0 if there is none.
[[nodiscard]] std::vector<Advice> adviceFor(const Evidence& evidence, std::uint64_t incident);

} // namespace healer::healerctl
