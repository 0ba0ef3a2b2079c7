// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string>

namespace healer::monitor::network {

/// The text of a file of certificates. Never waits for a FIFO or a device, and reads 1 MiB at most.
[[nodiscard]] core::Result<std::string> readCertificates(const std::string& path);

} // namespace healer::monitor::network
