// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/edge_finder.hpp"
#include "healerctl/status.hpp"
#include "healerctl/terminal.hpp"

#include <optional>
#include <string>
#include <vector>

/// What `deps` prints. Everything that comes from the daemon or from other processes goes through
/// printable().
namespace healer::healerctl {

/// The trees of all processes, or of one, which must be among them: what each needs, how, and the state of
/// that.
void printDependencies(const Terminal& terminal, const std::vector<ProcessStatus>& processes,
                       const std::optional<std::string>& name);

/// The edges as a JSON array.
void printDependenciesAsJson(const Terminal& terminal, const std::vector<ProcessStatus>& processes,
                             const std::optional<std::string>& name);

/// The seen edges that are not configured, as YAML to take over; those that would close a cycle are said to.
void printSuggestions(const Terminal& terminal, const std::vector<ProcessStatus>& processes,
                      const std::vector<SeenEdge>& seen);

} // namespace healer::healerctl
