// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/identity.hpp"

#include <string_view>

/// Whether a process is an instance of a script: it runs an interpreter, to which the "#!" line leads
/// directly or through other programs (a trampoline).
namespace healer::core {

[[nodiscard]] Judgement judgeScript(const Identity& identity, const ProcessFacts& facts);

/// Whether a program of this name runs scripts: what it does depends on its arguments alone.
[[nodiscard]] bool isInterpreterName(std::string_view name);

/// Whether it can run this script at all, whatever the arguments.
[[nodiscard]] bool mayRunScript(const Identity& identity, const ProcessFacts& facts);

/// Whether it may do so as far as its arguments show: the script is among them, or they are replaced.
[[nodiscard]] bool looksLikeScript(const Identity& identity, const ProcessFacts& facts);

} // namespace healer::core
