// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace healer::healerctl {

/// The exit statuses of the contract.
enum ExitStatus : int { kDone = 0, kFailed = 1, kWrongUsage = 2, kNotUp = 3, kNoSuchProcess = 4 };

enum class JsonStyle { off, shortLines, pretty };

/// What the command line asks for.
struct Options {
    JsonStyle json = JsonStyle::off;
    bool noColor = false;
    bool noAskPassword = false;
    std::string bus = "system";        ///< system, session, or a D-Bus address
    std::string host;                  ///< of -H: reached by ssh
    std::string container;             ///< of -M
    std::optional<std::string> config; ///< of -c
    bool suggest = false;
    std::uint32_t lines = 0; ///< of -n; 0: the command's default
    std::string command = "list";
    std::vector<std::string> arguments;
};

struct HelpWanted {};
struct VersionWanted {};
/// The command line cannot be understood; a sentence.
struct UsageError {
    std::string message;
};

using ParsedOptions = std::variant<Options, HelpWanted, VersionWanted, UsageError>;

/// Understands the arguments after argv[0].
[[nodiscard]] ParsedOptions parseOptions(const std::vector<std::string>& arguments);

/// Whether this command needs permission: all that is not just a look.
[[nodiscard]] bool changesSomething(std::string_view command);

[[nodiscard]] std::string_view helpText();

} // namespace healer::healerctl
