// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/environment.hpp"

#include <optional>
#include <string>

/// Whether a program that exists can be executed.
namespace healer::config {

/// What is wrong with the interpreter that the first line of a script names; nothing for other programs.
[[nodiscard]] std::optional<std::string> faultOfInterpreter(const std::string& path, const FileProbe& files);

/// Why this user cannot execute the program, by the permissions of the file and of the folders above it.
/// Where an access control list decides, nothing is said.
[[nodiscard]] std::optional<std::string> whyUserCannotRun(const std::string& path, const core::User& user,
                                                          const FileProbe& files);

} // namespace healer::config
