// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// Notifications to the service manager (sd_notify). They do nothing when Healer was not started by one.
namespace healer::runtime::service_manager {

void ready(const std::string& status);
void status(const std::string& status);
/// RELOADING=1 with MONOTONIC_USEC; ready() ends it.
void reloading();
void stopping();

} // namespace healer::runtime::service_manager
