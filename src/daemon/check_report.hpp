// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/loader.hpp"

#include <string>

namespace healer::daemon {

/// What `healer --check --json` prints about the file, valid or not: one line of JSON without a newline.
[[nodiscard]] std::string checkReport(const std::string& path, const config::LoadOutcome& outcome);

} // namespace healer::daemon
