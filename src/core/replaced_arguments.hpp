// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/identity.hpp"

#include <span>
#include <string>
#include <vector>

/// What can be said about the original arguments of a program that has replaced them by a title.
namespace healer::core {

using ArgumentList = std::vector<std::string>;

/// Whether the arguments are those that it was executed with, as far as their form shows. `callers` are names
/// that argv[0] may have besides those of the program that runs.
[[nodiscard]] bool areOriginal(const ProcessFacts& facts, std::span<const std::string> callers);

/// What is left of the original arguments, compared with lists that they may have been.
enum class Originals {
    unknown,     ///< nothing of them can be examined
    otherLength, ///< they were none of these
    otherText,   ///< their length is right, but not what the title has left of them
    possible,    ///< all that can be seen is right
};

[[nodiscard]] Originals compareOriginals(const ProcessFacts& facts, std::span<const ArgumentList> lists);

enum class TitleSays { nothing, sameAddress, sameLine, another };

/// What the title shows about the arguments: some quote the whole command line ("nginx: master process
/// /usr/sbin/nginx -c FILE"), some the address that is listened on ("redis-server *:6379").
[[nodiscard]] TitleSays titleSays(const ProcessFacts& facts, std::span<const std::string> callers,
                                  std::span<const std::string> args);

} // namespace healer::core
