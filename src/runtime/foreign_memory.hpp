// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace healer::runtime {

/// Reads a string that ends with a zero from the memory of the process whose /proc folder this is (an O_PATH
/// descriptor), at most `limit` bytes. None where it cannot be read, or not at once.
///
/// A process may map a file there that its own user serves (FUSE), so that reading it lasts as long as that
/// user likes. So another thread reads, and is waited for only briefly; while it is held up, nothing is read
/// from any process, and what depends on it is unknown.
[[nodiscard]] std::optional<std::string> readForeignString(int procFolder, std::uint64_t address,
                                                           std::size_t limit);

} // namespace healer::runtime
