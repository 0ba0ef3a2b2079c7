// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostic.hpp"
#include "config/draft.hpp"

#include <span>

/// What can only be seen when all entries are known.
namespace healer::config {

/// No name twice, over all files.
void checkNames(std::span<const ProcessDraft> drafts, Findings& findings);

/// No two enabled entries that would take each other's instance for their own: the same PID file, or the same
/// command, arguments and user (unless each goes by a PID file of its own and by nothing else).
void checkIdentities(std::span<const ProcessDraft> drafts, Findings& findings);

/// No output by default that would go into Healer's own log.
void checkOutputs(std::span<const ProcessDraft> drafts, const core::Plan& plan, Findings& findings);

/// Every dependency leads to a known process, and none leads back to where it came from.
void checkDependencies(std::span<const ProcessDraft> drafts, Findings& findings);

} // namespace healer::config
