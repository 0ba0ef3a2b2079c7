// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/identity.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Where a process comes from: the path that it was executed as, and its working directory. It controls both,
/// so all that can be made to last is read by workPatiently().
namespace healer::runtime {

/// Fills in the origin of these facts, whose argv is known; `procFolder` is /proc/PID, an O_PATH descriptor.
/// The errno of a shortage (see isShortage()) because of which it may be incomplete, else 0.
[[nodiscard]] int addOrigin(int procFolder, core::ProcessFacts& facts);

/// The address of AT_EXECFN in the text of /proc/PID/auxv; none when it has no such entry.
[[nodiscard]] std::optional<std::uint64_t> executedAsAddress(std::string_view auxv);

/// The string at this address of the process whose /proc folder this is, up to a zero and at most `limit`
/// bytes; none when it cannot be read, or is longer.
[[nodiscard]] std::optional<std::string> stringAt(int procFolder, std::uint64_t address, std::size_t limit);

/// A path without links to directories, its last part as it is; empty when its directory cannot be followed.
[[nodiscard]] std::string canonicalName(const std::string& path);

/// The links that a path leads through, one after the other, each by its canonicalName(), and the file at
/// their end; empty when its last part is no link.
[[nodiscard]] std::vector<std::string> linksOf(const std::string& path);

/// Those of the arguments that name a file in this directory.
[[nodiscard]] std::vector<std::string> namedIn(const std::string& directory,
                                               const std::vector<std::string>& arguments);

} // namespace healer::runtime
