// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/identity.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// By which path a program was called: what distinguishes two links to one file.
namespace healer::core {

enum class Called {
    so,        ///< by the configured path, however it is spelt
    unclear,   ///< by another name of the same file, which may be meant or not
    otherwise, ///< by a path that has nothing to do with the configured one
};

/// Judges a path by the names and links of the command alone; none when it is neither.
[[nodiscard]] std::optional<Called> judgeKnown(const Identity& identity, std::string_view given,
                                               std::string_view canonical);

/// Judges a path as it was given, and as it leads there without links to directories (empty: unknown).
[[nodiscard]] Called judgePath(const Identity& identity, std::string_view given, std::string_view canonical);

/// By which path the process was executed; by its argv[0] where that cannot be read.
[[nodiscard]] Called calledAs(const Identity& identity, const ProcessFacts& facts);

/// Whether it is in the directory in which the relative names among its arguments mean the configured files.
[[nodiscard]] Called judgeDirectory(const Identity& identity, const ProcessFacts& facts);

/// Whether the path that it was executed as is known, and refers to a file of its own.
[[nodiscard]] bool isExecutionKnown(const ProcessFacts& facts);

/// "/srv/app/run" for "./run" in "/srv/app"; absolute paths are only tidied up. Links are not followed.
[[nodiscard]] std::string absolutePath(std::string_view path, std::string_view directory);

/// All paths by which it may be called, the configured one first, and the last parts of those.
[[nodiscard]] std::vector<std::string> callersOf(const Identity& identity);

} // namespace healer::core
