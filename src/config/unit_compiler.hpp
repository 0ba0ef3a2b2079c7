// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/draft.hpp"
#include "config/key.hpp"
#include "config/section.hpp"

#include <optional>
#include <span>
#include <string>

/// Entries with `unit`: what systemd runs by a unit file of its own.
namespace healer::config {

/// Makes the monitors of an entry fit what it starts: a unit is followed by a monitor of type `unit`, which
/// is added where it is missing, and by probes; a command never is. To be called when the entry's monitors
/// are known. A command that only has probes gets an ebpf monitor beside them.
void completeMonitors(ProcessDraft& draft, std::span<const MonitorSchema> schemas, Findings& findings);

} // namespace healer::config
