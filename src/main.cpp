// SPDX-License-Identifier: Apache-2.0
#include "config/config_path.hpp"
#include "config/describe.hpp"
#include "config/loader.hpp"
#include "daemon/check_report.hpp"
#include "daemon/daemon.hpp"
#include "daemon/daemonize.hpp"
#include "daemon/log_setup.hpp"
#include "daemon/monitor_hosts.hpp"
#include "daemon/options.hpp"
#include "runtime/own_process.hpp"
#include "runtime/spawn/output_step.hpp"
#include "runtime/spawn/spawn.hpp"
#include "simulation/program.hpp"
#include "systemd/unit_notes.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

namespace healer {
namespace {

constexpr int kUsageError = 2;
/// For a busy disk at the boot; a frozen file system must not hold up the start.
constexpr core::Duration kLogFilePatience = std::chrono::seconds(1);

void printError(const std::string& message) {
    std::fprintf(stderr, "healer: %s\n", message.c_str());
}

/// Every watched process needs descriptors; config::descriptorsFor() counts them.
void raiseDescriptorLimit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int check(const std::string& path, const config::LoadedConfig& loaded) {
    for (const auto& warning : loaded.warnings) {
        std::fprintf(stderr, "%s (warning)\n", config::format(warning).c_str());
    }
    std::vector<std::string> units;
    for (const auto& process : loaded.plan.processes) {
        if (process->enabled && !process->unit.empty()) {
            units.push_back(process->unit);
        }
    }
    for (const auto& note : systemd::unitNotes(units)) {
        std::fprintf(stderr, "%s (warning)\n", note.c_str());
    }
    std::printf("%s", config::describePlan(loaded.plan).c_str());
    std::printf("%s is valid.\n", path.c_str());
    return EXIT_SUCCESS;
}

/// The status, unless what was printed has not arrived: on a full disk that would be half an answer.
int withOutput(int status) {
    errno = 0;
    std::cout.flush();
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout) {
        return status;
    }
    printError("cannot write to standard output" +
               (errno == 0 ? "" : ": " + std::generic_category().message(errno)));
    return EXIT_FAILURE;
}

int simulate(const daemon::Options& options, const core::Plan& plan) {
    const auto style = options.json ? simulation::OutputStyle::json : simulation::OutputStyle::text;
    if (!simulation::simulate(plan, options.scenario, style, std::cout, std::cerr)) {
        printError("the scenario cannot be run");
        return EX_CONFIG;
    }
    return EXIT_SUCCESS;
}

/// Everything that can fail before the daemon runs; the reason is reported to the process that started it.
int start(const daemon::Options& options, const std::string& path, config::LoadedConfig loaded) {
    const auto limits = runtime::currentLimits();
    raiseDescriptorLimit();
    umask(022);
    daemon::StartupReport report;
    if (!options.foreground) {
        report = daemon::daemonize();
    }
    runtime::LogHub log(runtime::logLevelFromEnvironment().value_or(loaded.plan.logLevel));
    const auto logTarget =
        daemon::defaultLogTarget(options.foreground ? daemon::RunMode::foreground : daemon::RunMode::daemon);
    (void)daemon::setLogTarget(log, logTarget);
    daemon::setLogFile(log, loaded.plan.logDirectory, kLogFilePatience);
    if (chdir(loaded.plan.workingDirectory.c_str()) != 0) {
        log.report(healer::core::notice::ConfigurationWarning{"cannot enter working_directory " +
                                                              loaded.plan.workingDirectory + ": " +
                                                              std::generic_category().message(errno)});
    }
    auto directory = daemon::RuntimeDirectory::open(path);
    if (!directory.ok()) {
        report.failed(directory.error().message, EXIT_FAILURE);
        return EXIT_FAILURE;
    }
    std::optional<daemon::PidFile> pidFile;
    if (loaded.plan.pidFileDirectory) {
        auto created = daemon::PidFile::create(*loaded.plan.pidFileDirectory);
        if (!created.ok()) {
            report.failed(created.error().message, EXIT_FAILURE);
            return EXIT_FAILURE;
        }
        pidFile = std::move(*created);
    }
    runtime::Loop loop;
    daemon::Daemon healer(loop, log,
                          {.configPath = path,
                           .config = std::move(loaded),
                           .bus = options.bus,
                           .logTarget = logTarget,
                           .pidFile = std::move(pidFile),
                           .directory = std::move(*directory),
                           .limits = limits},
                          std::move(report));
    return healer.run();
}

config::Purpose purposeOf(daemon::Command command) {
    switch (command) {
    case daemon::Command::check:
        return config::Purpose::check;
    case daemon::Command::simulate:
        return config::Purpose::simulate;
    default:
        return config::Purpose::start;
    }
}

/// Healer trusts its environment and arguments, which the caller controls.
bool isSetId() {
    return getuid() != geteuid() || getgid() != getegid();
}

int run(int argc, char** argv) {
    if (isSetId()) {
        printError("it must not be installed set-user-ID or set-group-ID");
        return EXIT_FAILURE;
    }
    const auto options = daemon::parseOptions(argc, argv);
    if (!options.ok()) {
        printError(options.error().message + "; see 'healer --help'");
        return kUsageError;
    }
    if (options->command == daemon::Command::help) {
        std::printf("%s", daemon::helpText().c_str());
        return withOutput(EXIT_SUCCESS);
    }
    if (options->command == daemon::Command::version) {
        std::printf("healer " HEALER_VERSION "\n");
        return withOutput(EXIT_SUCCESS);
    }
    const auto path = config::findConfig(options->config);
    if (!path.ok()) {
        printError(path.error().message);
        return EX_CONFIG;
    }
    if (options->command == daemon::Command::printConfigPath) {
        std::printf("%s\n", path->c_str());
        return withOutput(EXIT_SUCCESS);
    }
    const auto schemas = daemon::monitorSchemas();
    const bool rehearses = options->command == daemon::Command::simulate;
    auto outcome = config::load({*path, schemas, purposeOf(options->command), options->confDir},
                                rehearses ? config::rehearsalEnvironment() : config::systemEnvironment());
    const auto* errors = std::get_if<std::vector<config::Diagnostic>>(&outcome);
    if (options->command == daemon::Command::check && options->json) {
        std::printf("%s\n", daemon::checkReport(*path, outcome).c_str());
        return withOutput(errors == nullptr ? EXIT_SUCCESS : EX_CONFIG);
    }
    if (errors != nullptr) {
        for (const auto& error : *errors) {
            const bool onTerminal = options->command == daemon::Command::check;
            std::fprintf(stderr, "%s\n",
                         (onTerminal ? config::formatWithLine(error) : config::format(error)).c_str());
        }
        printError("the configuration is not valid; nothing was started");
        return EX_CONFIG;
    }
    auto& loaded = std::get<config::LoadedConfig>(outcome);
    if (options->command == daemon::Command::check) {
        return withOutput(check(*path, loaded));
    }
    if (options->command == daemon::Command::simulate) {
        return withOutput(simulate(*options, loaded.plan));
    }
    return start(*options, *path, std::move(loaded));
}

} // namespace
} // namespace healer

int main(int argc, char** argv) {
    healer::runtime::openMissingStandardStreams();
    if (argc > 1 && std::strcmp(argv[1], healer::runtime::kOutputStep) == 0) {
        return healer::runtime::becomeWithOutput(argc, argv);
    }
    try {
        return healer::run(argc, argv);
    } catch (const std::exception& error) {
        healer::printError(std::string("unexpected error: ") + error.what());
        return EXIT_FAILURE;
    }
}
