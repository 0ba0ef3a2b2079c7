// SPDX-License-Identifier: Apache-2.0
#include "launch/direct/preparation.hpp"

#include "runtime/reading.hpp"
#include "runtime/safe_open.hpp"
#include "runtime/spawn/environment.hpp"
#include "runtime/spawn/environment_file.hpp"
#include "runtime/unique_fd.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

namespace healer::launch::direct {

namespace {

core::Result<void> chooseOutput(const core::CommandPlan& command, runtime::SpawnSettings& settings) {
    if (!command.output || *command.output == "/dev/null") {
        return {};
    }
    auto opened = runtime::openForAppendSoon(*command.output);
    if (!opened) {
        return opened.error();
    }
    if (opened->file) {
        settings.output = std::move(opened->file);
        return {};
    }
    if (command.user.uid == 0) {
        return core::Error{"root does not write to " + *command.output + ": " + opened->untrusted};
    }
    settings.outputPath = command.output;
    return {};
}

} // namespace

SpawnResult prepare(const LaunchOrder& order, const std::string& mark,
                    const std::vector<runtime::Limit>& limits) {
    core::CommandPlan command = order.command;
    auto fromFiles = runtime::readEnvironmentFiles(command.environmentFiles);
    if (!fromFiles) {
        return fromFiles.error().in("cannot start " + command.path);
    }
    fromFiles->merge(command.environment);
    command.environment = std::move(*fromFiles);
    runtime::SpawnSettings settings = runtime::spawnSettingsFor(command);
    settings.limits = limits;
    if (!mark.empty()) {
        settings.environment.push_back(mark);
    }
    if (auto chosen = chooseOutput(command, settings); !chosen) {
        return chosen.error().in("cannot start " + command.path);
    }
    return runtime::Spawn::prepare(std::move(settings));
}

std::vector<runtime::Limit> differing(std::vector<runtime::Limit> wanted) {
    std::erase_if(wanted, [](const runtime::Limit& limit) {
        rlimit now{};
        return ::getrlimit(static_cast<__rlimit_resource_t>(limit.resource), &now) == 0 &&
               now.rlim_cur == limit.value.rlim_cur && now.rlim_max == limit.value.rlim_max;
    });
    return wanted;
}

std::string markFor(const LaunchOrder& order) {
    if (!order.mayFork) {
        return {};
    }
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != sizeof number) {
        return {};
    }
    return "HEALER_START=" + std::to_string(number);
}

Children::Program programAt(const std::string& path) {
    const runtime::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file && runtime::isShortage(errno)) {
        return Children::Program::script; // to be looked at more closely
    }
    char start[2] = {};
    const bool script =
        file && ::pread(file.get(), start, sizeof start, 0) == 2 && start[0] == '#' && start[1] == '!';
    return script ? Children::Program::script : Children::Program::binary;
}

} // namespace healer::launch::direct
