// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/draft.hpp"
#include "config/key.hpp"
#include "config/section.hpp"

#include <functional>
#include <span>
#include <string>

namespace healer::config {

/// Reports what speaks against running this path as a program of the process.
using ProgramCheck = std::function<void(const Field& field, const std::string& path)>;

/// Reads `monitor` and `monitors` of a process into the draft, each by the schema of its `type`, defaults
/// filled in. A process with a unit has a monitor that follows the unit, which is added if it is missing, and
/// may have probes. A command with nothing but probes gets a monitor that follows it as well. The draft's
/// `unit` must be known; the schemas outlive the draft.
void compileMonitors(Section& entry, std::span<const MonitorSchema> schemas, const ProgramCheck& checkProgram,
                     ProcessDraft& draft);

/// Whether monitors of this kind run programs of their own.
[[nodiscard]] bool runsPrograms(const MonitorSchema& schema);

} // namespace healer::config
