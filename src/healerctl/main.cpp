// SPDX-License-Identifier: Apache-2.0
#include "healerctl/bus_connection.hpp"
#include "healerctl/bus_daemon.hpp"
#include "healerctl/commands.hpp"
#include "healerctl/healer_program.hpp"
#include "healerctl/options.hpp"
#include "healerctl/password_agent.hpp"
#include "healerctl/watcher.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
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

std::size_t widthOfOutput() {
    winsize size{};
    const bool known = isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    return known ? size.ws_col : 0;
}

/// Closed standard streams are opened, so that no connection gets their numbers and is written to. What is
/// printed to a standard output that was closed still fails.
void openClosedStreams() {
    for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(number, F_GETFD) < 0) {
            (void)open("/dev/null", number == STDERR_FILENO ? O_WRONLY : O_RDONLY); // the lowest free number
        }
    }
}

/// The status, unless what was printed has not arrived: on a full disk that would be half an answer.
int withOutput(int status) {
    errno = 0;
    std::cout.flush();
    if (std::cout) {
        return status;
    }
    std::cerr << "healerctl: cannot write to standard output"
              << (errno == 0 ? "" : std::string(": ") + std::strerror(errno)) << '\n';
    return kFailed;
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
                            .width = widthOfOutput(),
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
            return watchEvents(*connection, {options.arguments.begin(), options.arguments.end()}, terminal);
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
    openClosedStreams();
    try {
        return withOutput(start({argv + (argc > 0 ? 1 : 0), argv + argc}));
    } catch (const std::exception& e) {
        std::cerr << "healerctl: " << e.what() << '\n';
        return kFailed;
    }
}
