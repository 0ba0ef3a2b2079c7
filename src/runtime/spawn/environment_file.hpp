// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Files with environment variables, as EnvironmentFile= of systemd reads them.
namespace healer::runtime {

/// NAME=value lines; '#' and ';' begin a comment. A value, or a part of it, may be quoted. A line without a
/// valid name is left out, as systemd does.
[[nodiscard]] std::map<std::string, std::string> parseEnvironment(std::string_view text);

/// Whether each of these files (see core::CommandPlan) can be used: it is there, and as root no other user
/// can change it. An error names the file.
[[nodiscard]] core::Result<void> checkEnvironmentFiles(const std::vector<std::string>& files);

/// Their variables; a later file takes precedence.
[[nodiscard]] core::Result<std::map<std::string, std::string>>
readEnvironmentFiles(const std::vector<std::string>& files);

} // namespace healer::runtime
