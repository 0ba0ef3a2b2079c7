// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

namespace healer::healerctl {

/// Which unix sockets of this network namespace are connected: inode to inode of the other end, both ways.
/// Empty where the kernel does not tell (no unix_diag).
[[nodiscard]] std::map<std::uint64_t, std::uint64_t> unixPeers();

} // namespace healer::healerctl
