// SPDX-License-Identifier: Apache-2.0
#include "launch/service/transient_settings.hpp"

#include "core/unit_name.hpp"
#include "runtime/safe_open.hpp"
#include "runtime/spawn/environment.hpp"

namespace healer::launch::service {

systemd::TransientUnit settingsFor(const LaunchOrder& order) {
    systemd::TransientUnit settings;
    settings.name = order.name;
    settings.unit = core::transientUnitName(order.name);
    settings.arguments.push_back(order.command.path);
    settings.arguments.insert(settings.arguments.end(), order.command.args.begin(), order.command.args.end());
    settings.environment = runtime::environmentFor(order.command);
    settings.user = order.command.user.uid == 0 ? "" : order.command.user.name;
    settings.workingDirectory = order.command.workingDirectory;
    settings.output = order.command.output;
    settings.stop = order.stop;
    settings.mayFork = order.mayFork;
    return settings;
}

core::Result<void> checkOutput(const systemd::TransientUnit& settings) {
    if (!settings.output) {
        return {};
    }
    const auto opened = runtime::openForAppend(*settings.output);
    if (!opened) {
        return opened.error();
    }
    if (!opened->file) {
        return core::Error{"systemd would write to " + *settings.output + " as root: " + opened->untrusted +
                           "; choose another place, or launch: direct"};
    }
    return {};
}

} // namespace healer::launch::service
