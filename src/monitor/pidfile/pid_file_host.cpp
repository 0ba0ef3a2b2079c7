// SPDX-License-Identifier: Apache-2.0
#include "monitor/pidfile/pid_file_host.hpp"

#include "monitor/pidfile/pid_file_monitor.hpp"

#include <utility>

namespace healer::monitor::pidfile {

std::unique_ptr<Monitor> PidFileHost::make(MonitorContext context) {
    return std::make_unique<PidFileMonitor>(*this, std::move(context));
}

} // namespace healer::monitor::pidfile
