// SPDX-License-Identifier: Apache-2.0
#include "monitor/kinds.hpp"

#include "monitor/pidfile/pid_file_monitor.hpp"

#include <array>
#include <utility>

namespace healer::monitor::pidfile {

std::unique_ptr<Monitor> PidFileHost::make(MonitorContext context) {
    return std::make_unique<PidFileMonitor>(*this, std::move(context));
}

/// The process whose PID a daemon writes into a file.
const Kind& kind() {
    static constexpr std::array kKeys{
        config::KeySpec{.name = "pid_file_path",
                        .type = config::KeyType::path,
                        .help = "File into which the process writes its PID.",
                        .since = "0.1",
                        .required = true,
                        .unique = "PID file"},
        config::KeySpec{
            .name = "interval_secs",
            .type = config::KeyType::seconds,
            .help = "Time between looks at the file, in addition to change notifications from its directory.",
            .since = "0.1",
            .byDefault = "3",
            .range = {.minimum = 1}},
    };
    static const Kind kKind{
        .schema = {.type = "pid", .keys = kKeys, .confirmsStart = true},
        .makeHost = [](const HostContext& context) -> std::unique_ptr<Host> {
            return std::make_unique<PidFileHost>(context);
        },
    };
    return kKind;
}

} // namespace healer::monitor::pidfile
