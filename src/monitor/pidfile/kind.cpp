// SPDX-License-Identifier: Apache-2.0
#include "monitor/pidfile/kind.hpp"

#include "monitor/pidfile/pid_file_host.hpp"

#include <array>

namespace healer::monitor::pidfile {

const Kind& kind() {
    static constexpr std::array kArgs{
        config::ArgSpec{.name = "pid_file_path",
                        .type = config::ArgType::absolutePath,
                        .help = "File into which the process writes its PID.",
                        .required = true},
        config::ArgSpec{.name = "interval_secs",
                        .type = config::ArgType::seconds,
                        .help = "Time between looks at the file, beside the notice that its folder gives.",
                        .defaultNumber = 3,
                        .minimum = 1},
    };
    static const Kind kKind{
        .schema = {.type = "pid", .args = kArgs, .confirmsStart = true},
        .makeHost = [](const HostContext& context) -> std::unique_ptr<Host> {
            return std::make_unique<PidFileHost>(context);
        },
    };
    return kKind;
}

} // namespace healer::monitor::pidfile
