// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostic.hpp"
#include "config/draft.hpp"
#include "config/environment.hpp"

#include <span>

/// Checks that need all entries.
namespace healer::config {

/// Names are unique across all files.
void checkNames(std::span<const ProcessDraft> drafts, Findings& findings);

/// No two enabled entries claim the same instance: by the same PID file or unit, or by the same command,
/// arguments, user and, where arguments name files in it, directory (unless each is identified by a PID file
/// of its own alone). Commands are compared as core::judge() does.
void checkIdentities(std::span<const ProcessDraft> drafts, const FileProbe& files, Findings& findings);

/// No process writes into the log of Healer by default.
void checkOutputs(std::span<const ProcessDraft> drafts, const core::Plan& plan, Findings& findings);

/// Every dependency names a known process, and there are no cycles.
void checkDependencies(std::span<const ProcessDraft> drafts, Findings& findings);

} // namespace healer::config
