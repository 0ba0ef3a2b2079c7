// SPDX-License-Identifier: Apache-2.0
#include "healerctl/bus_connection.hpp"
#include "healerctl/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace healer::healerctl {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Options parsed(const std::vector<std::string>& arguments) {
    const ParsedOptions result = parseOptions(arguments);
    const auto* error = std::get_if<UsageError>(&result);
    EXPECT_EQ(error, nullptr) << error->message;
    return std::holds_alternative<Options>(result) ? std::get<Options>(result) : Options{};
}

std::string refused(const std::vector<std::string>& arguments) {
    const ParsedOptions result = parseOptions(arguments);
    const auto* error = std::get_if<UsageError>(&result);
    return error == nullptr ? "" : error->message;
}

TEST(Options, ListIsTheDefault) {
    const Options options = parsed({});
    EXPECT_EQ(options.command, "list");
    EXPECT_EQ(options.json, JsonStyle::off);
    EXPECT_EQ(options.bus, "system");
}

TEST(Options, OptionsMayStandAnywhereAndInEveryForm) {
    const Options options = parsed({"--json=pretty", "history", "-n5", "web", "--bus", "unix:path=/x"});
    EXPECT_EQ(options.command, "history");
    EXPECT_THAT(options.arguments, ElementsAre("web"));
    EXPECT_EQ(options.json, JsonStyle::pretty);
    EXPECT_EQ(options.lines, 5U);
    EXPECT_EQ(options.bus, "unix:path=/x");
    EXPECT_EQ(parsed({"-H", "root@host"}).host, "root@host");
    EXPECT_EQ(parsed({"-Mbox"}).container, "box");
    EXPECT_THAT(parsed({"status", "--", "--odd"}).arguments, ElementsAre("--odd"));
}

TEST(Options, PasswordsAreAskedForUnlessForbidden) {
    EXPECT_FALSE(parsed({"stop", "web"}).noAskPassword);
    EXPECT_TRUE(parsed({"stop", "--no-ask-password", "web"}).noAskPassword);
    EXPECT_THAT(refused({"--no-ask-password=no", "stop", "web"}), HasSubstr("unknown option"));
    EXPECT_TRUE(changesSomething("stop"));
    EXPECT_TRUE(changesSomething("reload"));
    EXPECT_FALSE(changesSomething("status"));
}

TEST(Options, WrongUsageIsExplained) {
    EXPECT_THAT(refused({"frobnicate"}), HasSubstr("unknown command frobnicate"));
    EXPECT_THAT(refused({"stats"}), HasSubstr("unknown command stats; did you mean status?"));
    EXPECT_EQ(refused({""}), "unknown command ''");
    EXPECT_THAT(refused({"-H", "a", "check"}), HasSubstr("files of this machine"));
    EXPECT_THAT(refused({"-M", "a", "simulate", "x"}), HasSubstr("files of this machine"));
    EXPECT_THAT(refused({"--frob"}), HasSubstr("unknown option --frob"));
    EXPECT_THAT(refused({"restart"}), HasSubstr("needs the name"));
    EXPECT_THAT(refused({"reload", "x"}), HasSubstr("too many"));
    EXPECT_THAT(refused({"--json=xml"}), HasSubstr("short, pretty or off"));
    EXPECT_THAT(refused({"--json"}), HasSubstr("needs a value"));
    EXPECT_THAT(refused({"-n", "0"}), HasSubstr("number"));
    EXPECT_THAT(refused({"-n", "5x"}), HasSubstr("number"));
    EXPECT_THAT(refused({"--bus", "sytem"}), HasSubstr("--bus takes"));
    EXPECT_THAT(refused({"-H", "a", "-M", "b"}), HasSubstr("exclude"));
    EXPECT_THAT(refused({"simulate"}), HasSubstr("needs the name of a scenario file"));
    EXPECT_THAT(refused({"-c", "/x", "list"}), HasSubstr("--config goes with simulate only"));
    EXPECT_THAT(refused({"list", "--suggest"}), HasSubstr("--suggest goes with deps alone"));
    EXPECT_THAT(refused({"deps", "web", "--suggest"}), HasSubstr("--suggest goes with deps alone"));
    EXPECT_THAT(refused({"-H", "a", "deps", "--suggest"}), HasSubstr("this machine"));
}

TEST(Options, WhatShowsSomethingTakesNames) {
    for (const std::string command : {"list", "status", "watch", "history", "why", "deps"}) {
        EXPECT_THAT(parsed({command, "web", "db"}).arguments, ElementsAre("web", "db")) << command;
    }
}

TEST(Options, SimulateAndDepsTakeTheirOwnOptions) {
    const Options simulate = parsed({"simulate", "-c", "/etc/x.yaml", "s.yaml"});
    EXPECT_EQ(simulate.config, "/etc/x.yaml");
    EXPECT_THAT(simulate.arguments, ElementsAre("s.yaml"));
    EXPECT_TRUE(parsed({"deps", "--suggest"}).suggest);
    EXPECT_FALSE(parsed({"deps", "web"}).suggest);
}

TEST(Options, HostsThatSshWouldTakeForOptionsAreRefused) {
    for (const std::string host : {"-oProxyCommand=reboot", "", "a b", "a,argv5=x", "a;b", "$(x)", "a/b"}) {
        EXPECT_NE(refused({"-H", host}), "") << host;
        EXPECT_NE(refused({"--machine=" + host}), "") << host;
    }
}

TEST(Options, EveryCommandIsInTheHelp) {
    for (const std::string command :
         {"list", "status", "start", "stop", "restart", "pause", "resume", "reset", "reload", "watch",
          "history", "why", "check", "deps", "simulate"}) {
        EXPECT_THAT(helpText(), HasSubstr("\n  " + command + " ")) << command;
        EXPECT_THAT(refused({command, "a"}), ::testing::Not(HasSubstr("unknown command")));
    }
    EXPECT_TRUE(std::holds_alternative<HelpWanted>(parseOptions({"status", "--help"})));
    EXPECT_TRUE(std::holds_alternative<VersionWanted>(parseOptions({"-V"})));
}

TEST(Address, ValuesAreEscaped) {
    EXPECT_EQ(hostAddress("root@h:2"),
              "unixexec:path=ssh,argv1=-xT,argv2=--,argv3=root%40h%3A2,argv4=systemd-stdio-bridge");
    EXPECT_EQ(containerAddress("a,b"), "x-machine-unix:machine=a%2Cb");
    EXPECT_EQ(escapeAddressValue("\xff"), "%FF");
}

} // namespace

} // namespace healer::healerctl
