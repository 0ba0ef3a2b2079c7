// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/direct/children.hpp"
#include "launch/launcher.hpp"
#include "runtime/spawn/spawn.hpp"

#include <memory>
#include <string>
#include <vector>

/// What is made ready before a direct start.
namespace healer::launch::direct {

using SpawnResult = core::Result<std::unique_ptr<runtime::Spawn>>;

/// Everything but the start itself. `mark`: a variable ("NAME=value") for its environment; empty: none.
[[nodiscard]] SpawnResult prepare(const LaunchOrder& order, const std::string& mark,
                                  const std::vector<runtime::Limit>& limits);

/// Those limits that a child would not have anyway.
[[nodiscard]] std::vector<runtime::Limit> differing(std::vector<runtime::Limit> wanted);

/// The mark of a program that may put itself into the background, or change its user: what it leaves behind
/// might not be recognised. Empty: it needs none.
[[nodiscard]] std::string markFor(const LaunchOrder& order);

/// A script's shell may have children in process groups of their own.
[[nodiscard]] Children::Program programAt(const std::string& path);

} // namespace healer::launch::direct
