// SPDX-License-Identifier: Apache-2.0
#include "healerctl/bus_connection.hpp"
#include "healerctl/bus_daemon.hpp"
#include "healerctl/commands.hpp"
#include "healerctl/healer_program.hpp"
#include "healerctl/options.hpp"
#include "healerctl/password_agent.hpp"
#include "healerctl/watcher.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>

namespace {

using namespace healer::healerctl;

bool wantsColour(const Options& options) {
    const char* noColor = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    const bool dumb = term == nullptr || std::string_view(term) == "dumb";
    return !options.noColor && (noColor == nullptr || *noColor == '\0') && !dumb &&
           isatty(STDOUT_FILENO) == 1;
}

bool mayAskForPassword(const Options& options) {
    return !options.noAskPassword && isatty(STDIN_FILENO) == 1;
}

/// Whether Healer may ask polkit about us, and polkit this terminal.
bool needsAgent(const Options& options) {
    return changesSomething(options.command) && geteuid() != 0 && options.bus == "system" &&
           options.host.empty() && options.container.empty();
}

int run(const Options& options) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const Terminal terminal{.out = std::cout,
                            .err = std::cerr,
                            .colour = wantsColour(options),
                            .json = options.json,
                            .nowUsec = static_cast<std::uint64_t>(
                                std::chrono::duration_cast<std::chrono::microseconds>(now).count())};
    if (options.command == "check") {
        const auto file = options.arguments.empty() ? std::nullopt : std::optional(options.arguments.front());
        return becomeCheck(file, terminal);
    }
    if (options.command == "simulate") {
        return becomeSimulation(options.config, options.arguments.front(), terminal);
    }
    try {
        const auto connection = connectToBus(options);
        if (options.command == "watch") {
            return watchEvents(*connection, terminal);
        }
        mustBeRunning(*connection);
        std::optional<PasswordAgent> agent;
        if (mayAskForPassword(options)) {
            allowInteraction(*connection);
            if (needsAgent(options)) {
                agent.emplace();
            }
        }
        BusDaemon daemon(*connection);
        return runCommand(options, daemon, terminal);
    } catch (const CallFailure& failure) {
        return report(terminal, failure);
    }
}

int start(const std::vector<std::string>& arguments) {
    const ParsedOptions parsed = parseOptions(arguments);
    if (const auto* error = std::get_if<UsageError>(&parsed)) {
        std::cerr << "healerctl: " << error->message << "\nTry healerctl --help.\n";
        return kWrongUsage;
    }
    if (std::holds_alternative<HelpWanted>(parsed)) {
        std::cout << helpText();
        return kDone;
    }
    if (std::holds_alternative<VersionWanted>(parsed)) {
        std::cout << "healerctl " << HEALER_VERSION << '\n';
        return kDone;
    }
    return run(std::get<Options>(parsed));
}

} // namespace

int main(int argc, char** argv) {
    try {
        return start({argv + (argc > 0 ? 1 : 0), argv + argc});
    } catch (const std::exception& e) {
        std::cerr << "healerctl: " << e.what() << '\n';
        return kFailed;
    }
}
