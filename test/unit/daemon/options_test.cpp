// SPDX-License-Identifier: Apache-2.0
#include "daemon/options.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <initializer_list>
#include <string>
#include <vector>

namespace healer::daemon {
namespace {

core::Result<Options> parse(std::initializer_list<std::string> words) {
    std::vector<std::string> storage{"healer"};
    storage.insert(storage.end(), words);
    std::vector<char*> argv;
    for (auto& word : storage) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    return parseOptions(static_cast<int>(storage.size()), argv.data());
}

TEST(Options, DefaultsToADaemonOnTheSystemBus) {
    unsetenv("HEALER_NO_DAEMON");
    const auto options = parse({});
    ASSERT_TRUE(options.ok());
    EXPECT_EQ(options->command, Command::run);
    EXPECT_FALSE(options->foreground);
    EXPECT_FALSE(options->config);
    EXPECT_EQ(options->bus.kind, bus::BusMode::Kind::system);
}

TEST(Options, TakesBothFormsOfTheConfiguration) {
    EXPECT_EQ(parse({"-c", "/a.yaml"})->config, "/a.yaml");
    EXPECT_EQ(parse({"--config", "/a.yaml"})->config, "/a.yaml");
    EXPECT_EQ(parse({"--config=/a.yaml"})->config, "/a.yaml");
}

TEST(Options, ForegroundByOptionOrEnvironment) {
    EXPECT_TRUE(parse({"--foreground"})->foreground);
    for (const char* yes : {"1", "true", "yes"}) {
        setenv("HEALER_NO_DAEMON", yes, 1);
        EXPECT_TRUE(parse({})->foreground) << yes;
    }
    for (const char* no : {"0", "", "no"}) {
        setenv("HEALER_NO_DAEMON", no, 1);
        EXPECT_FALSE(parse({})->foreground) << no;
    }
    unsetenv("HEALER_NO_DAEMON");
}

TEST(Options, KnowsItsCommands) {
    EXPECT_EQ(parse({"--check"})->command, Command::check);
    EXPECT_EQ(parse({"--simulate", "/s.yaml", "--json"})->command, Command::simulate);
    EXPECT_EQ(parse({"--simulate", "/s.yaml"})->scenario, "/s.yaml");
    EXPECT_TRUE(parse({"--simulate", "/s.yaml", "--json"})->json);
    EXPECT_EQ(parse({"--print-config-path"})->command, Command::printConfigPath);
    EXPECT_EQ(parse({"-h"})->command, Command::help);
    EXPECT_EQ(parse({"--version"})->command, Command::version);
    EXPECT_EQ(parse({"--bus", "none"})->bus.kind, bus::BusMode::Kind::none);
    EXPECT_EQ(parse({"--bus=unix:path=/run/x"})->bus.address, "unix:path=/run/x");
}

TEST(Options, NamesWhatIsWrong) {
    EXPECT_EQ(parse({"--colour"}).error().message, "unknown option '--colour'");
    EXPECT_EQ(parse({"-c"}).error().message, "option '-c' needs a value");
    EXPECT_EQ(parse({"web"}).error().message, "unexpected argument 'web'");
    EXPECT_EQ(parse({"--json"}).error().message,
              "option '--json' can only be used with --check or --simulate");
    EXPECT_EQ(parse({"--simulate"}).error().message, "option '--simulate' needs a value");
    EXPECT_FALSE(parse({"--bus", "nonsense"}).ok());
}

TEST(Options, HelpNamesEveryOption) {
    const std::string help = helpText();
    for (const char* word : {"--config", "--foreground", "--check", "--simulate", "--print-config-path",
                             "--bus", "--help", "--version", "HEALER_CONFIG", "HEALER_NO_DAEMON", "78"}) {
        EXPECT_NE(help.find(word), std::string::npos) << word;
    }
}

} // namespace
} // namespace healer::daemon
