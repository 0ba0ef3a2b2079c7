// SPDX-License-Identifier: Apache-2.0
#include "runtime/spawn/environment.hpp"

#include <cstdlib>
#include <map>

namespace healer::runtime {

std::vector<std::string> environmentFor(const core::CommandPlan& command) {
    auto variables = command.environment;
    for (const char* name : {"PATH", "LANG"}) {
        if (const char* value = std::getenv(name); value != nullptr) {
            variables.emplace(name, value);
        }
    }
    variables.emplace("HOME", command.user.home);
    variables.emplace("USER", command.user.name);
    variables.emplace("LOGNAME", command.user.name);
    variables.emplace("SHELL", command.user.shell);

    std::vector<std::string> lines;
    lines.reserve(variables.size());
    for (const auto& [name, value] : variables) {
        lines.push_back(name);
        lines.back().append("=").append(value);
    }
    return lines;
}

} // namespace healer::runtime
