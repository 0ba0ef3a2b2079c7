// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/bus_mode.hpp"
#include "core/result.hpp"

#include <optional>
#include <string>

namespace healer::daemon {

enum class Command { run, check, simulate, printConfigPath, help, version };

/// The command line of healer(8), together with the environment variables that have the same effect.
struct Options {
    Command command = Command::run;
    std::optional<std::string> config;
    bool foreground = false; ///< by --foreground or $HEALER_NO_DAEMON=1|true|yes
    bus::BusMode bus;
    std::optional<std::string> confDir; ///< with --check: instead of conf.d beside the file
    std::string scenario;               ///< of --simulate
    bool json = false;                  ///< with --check and --simulate
};

/// An error is a sentence about what is wrong with the command line.
[[nodiscard]] core::Result<Options> parseOptions(int argc, char** argv);

/// The text of --help, with a newline at the end.
[[nodiscard]] std::string helpText();

} // namespace healer::daemon
