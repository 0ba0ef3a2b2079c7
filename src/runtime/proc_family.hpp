// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/identity.hpp"

namespace healer::runtime {

/// core::judge(), and whether it is a worker: a process that was only forked by one of the same program is
/// part of that one's family, and belongs to whatever that one is.
[[nodiscard]] core::Judgement judgeInFamily(const core::Identity& identity, const core::ProcessFacts& facts);

} // namespace healer::runtime
