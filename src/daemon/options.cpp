// SPDX-License-Identifier: Apache-2.0
#include "daemon/options.hpp"

#include <getopt.h>

#include <array>
#include <cstdlib>
#include <string_view>

namespace healer::daemon {

namespace {

enum LongOption { kForeground = 256, kCheck, kConfDir, kSimulate, kJson, kPrintConfigPath, kBus };

bool environmentSaysForeground() {
    const char* value = std::getenv("HEALER_NO_DAEMON");
    if (value == nullptr) {
        return false;
    }
    const std::string_view word(value);
    return word == "1" || word == "true" || word == "yes";
}

} // namespace

core::Result<Options> parseOptions(int argc, char** argv) {
    static const std::array<option, 11> kLongOptions{{
        {"config", required_argument, nullptr, 'c'},
        {"foreground", no_argument, nullptr, kForeground},
        {"check", no_argument, nullptr, kCheck},
        {"conf-dir", required_argument, nullptr, kConfDir},
        {"simulate", required_argument, nullptr, kSimulate},
        {"json", no_argument, nullptr, kJson},
        {"print-config-path", no_argument, nullptr, kPrintConfigPath},
        {"bus", required_argument, nullptr, kBus},
        {"help", no_argument, nullptr, 'h'},
        {"version", no_argument, nullptr, 'V'},
        {nullptr, 0, nullptr, 0},
    }};
    Options options;
    options.foreground = environmentSaysForeground();
    optind = 0;
    opterr = 0;
    for (;;) {
        const int option = getopt_long(argc, argv, "+:c:hV", kLongOptions.data(), nullptr);
        if (option == -1) {
            break;
        }
        switch (option) {
        case 'c':
            options.config = optarg;
            break;
        case kForeground:
            options.foreground = true;
            break;
        case kCheck:
            options.command = Command::check;
            break;
        case kConfDir:
            options.confDir = optarg;
            break;
        case kSimulate:
            options.command = Command::simulate;
            options.scenario = optarg;
            break;
        case kJson:
            options.json = true;
            break;
        case kPrintConfigPath:
            options.command = Command::printConfigPath;
            break;
        case kBus: {
            auto mode = bus::parseBusMode(optarg);
            if (!mode.ok()) {
                return mode.error();
            }
            options.bus = *mode;
            break;
        }
        case 'h':
            options.command = Command::help;
            return options;
        case 'V':
            options.command = Command::version;
            return options;
        case ':':
            return core::Error{std::string("option '") + argv[optind - 1] + "' needs a value"};
        default:
            return core::Error{std::string("unknown option '") + argv[optind - 1] + "'"};
        }
    }
    if (optind < argc) {
        return core::Error{std::string("unexpected argument '") + argv[optind] + "'"};
    }
    if (options.json && options.command != Command::simulate && options.command != Command::check) {
        return core::Error{"option '--json' can only be used with --check or --simulate"};
    }
    if (options.confDir && options.command != Command::check) {
        return core::Error{"option '--conf-dir' can only be used with --check"};
    }
    return options;
}

std::string helpText() {
    return "Usage: healer [OPTIONS]\n"
           "\n"
           "Watches the processes of its configuration and restarts those that die.\n"
           "\n"
           "  -c, --config FILE      configuration file (else $HEALER_CONFIG, ./config.yaml, ./healer.yaml,\n"
           "                         /etc/healer/config.yaml, ...)\n"
           "      --foreground       do not become a daemon (also $HEALER_NO_DAEMON=1)\n"
           "      --check            validate the configuration and print what would be watched\n"
           "      --conf-dir DIR     with --check: read the *.yaml files in DIR instead of conf.d beside "
           "FILE\n"
           "      --simulate FILE    run a scenario in simulated time and print what Healer would do\n"
           "                         (healerctl simulate does the same)\n"
           "      --json             with --check and --simulate: print JSON, one object per line\n"
           "      --print-config-path\n"
           "                         print the path of the configuration that would be used\n"
           "      --bus BUS          system (default), session, none, or a D-Bus address\n"
           "  -h, --help             print this text\n"
           "  -V, --version          print the version\n"
           "\n"
           "SIGHUP reloads the configuration; SIGTERM and SIGINT end Healer, but no process.\n"
           "Exit status: 0 success, 1 failure, 2 wrong usage, 78 invalid configuration.\n"
           "$HEALER_LOG (error, warn, info, debug, trace) sets the log level.\n";
}

} // namespace healer::daemon
