// SPDX-License-Identifier: Apache-2.0
#include "runtime/spawn/spawn_settings.hpp"

#include "runtime/spawn/environment.hpp"

#include <sys/resource.h>
#include <unistd.h>

namespace healer::runtime {

SpawnSettings spawnSettingsFor(const core::CommandPlan& command) {
    SpawnSettings settings;
    settings.path = command.path;
    settings.arguments.push_back(command.path);
    settings.arguments.insert(settings.arguments.end(), command.args.begin(), command.args.end());
    settings.environment = environmentFor(command);
    settings.workingDirectory = command.workingDirectory;
    settings.userName = command.user.name;
    settings.uid = command.user.uid;
    settings.gid = command.user.gid;
    settings.groups = command.user.groups;
    settings.changeUser = ::geteuid() == 0 || ::geteuid() != command.user.uid;
    return settings;
}

std::vector<Limit> currentLimits() {
    std::vector<Limit> limits;
    for (int resource = 0; resource < static_cast<int>(RLIM_NLIMITS); ++resource) {
        Limit limit{resource, {}};
        if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &limit.value) == 0) {
            limits.push_back(limit);
        }
    }
    return limits;
}

} // namespace healer::runtime
