// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// What the service manager is told (sd_notify). All of it does nothing when Healer was not started by one.
namespace healer::runtime::service_manager {

void ready(const std::string& status);
void status(const std::string& status);
/// RELOADING=1 with MONOTONIC_USEC; ready() ends it.
void reloading();
void stopping();

} // namespace healer::runtime::service_manager
