// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/draft.hpp"
#include "config/key.hpp"
#include "config/section.hpp"

#include <functional>
#include <span>
#include <string>

namespace healer::config {

/// Reports an error if this program must not run as the user of the process.
using ProgramCheck = std::function<void(const Field& field, const std::string& path)>;

/// Reads `monitor` and `monitors` of a process into the draft, each by the schema of its `type`. Adds the
/// monitor that follows the unit of a process, and one that follows a command with nothing but probes. `unit`
/// of the draft must be set. The schemas must outlive the draft.
void compileMonitors(Section& entry, std::span<const MonitorSchema> schemas, const ProgramCheck& checkProgram,
                     ProcessDraft& draft);

/// Whether monitors of this kind run programs of their own.
[[nodiscard]] bool runsPrograms(const MonitorSchema& schema);

} // namespace healer::config
