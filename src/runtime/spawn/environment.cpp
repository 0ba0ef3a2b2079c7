// SPDX-License-Identifier: Apache-2.0
#include "runtime/spawn/environment.hpp"

#include "runtime/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

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

bool oomScoreIsLowered() {
    const UniqueFd fd(::open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC));
    char first = '0';
    return fd && ::read(fd.get(), &first, 1) == 1 && first == '-';
}

void resetOomScore(pid_t pid) {
    const std::string path = "/proc/" + std::to_string(pid) + "/oom_score_adj";
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (fd) {
        (void)!::write(fd.get(), "0", 1);
    }
}

} // namespace healer::runtime
