// SPDX-License-Identifier: Apache-2.0
#include "recovery/service/failure_text.hpp"
#include "recovery/service/unit_name.hpp"
#include "recovery/service/unit_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <set>

namespace healer::recovery::service {
namespace {

using ::testing::HasSubstr;

LaunchOrder order() {
    LaunchOrder order;
    order.name = "web";
    order.command = {"/usr/bin/web", {"-p", "80"}, {"www", 33, 33, {33}, "/var/www", "/bin/sh"},
                     "/srv",         {{"A", "b"}}, std::nullopt};
    return order;
}

TEST(UnitName, escapesTheTemplateSign) {
    EXPECT_EQ(unitName("web"), "healer-web.service");
    EXPECT_EQ(unitName("a.b_c-d@1@2"), "healer-a.b_c-d\\x401\\x402.service");
}

TEST(UnitName, knowsItsOwn) {
    EXPECT_TRUE(isUnitName(unitName("x")));
    for (const char* name : {"web", "a.b_c-d@1@2", "@", "healer-x.service"}) {
        EXPECT_EQ(processOf(unitName(name)), name);
    }
    for (const char* other : {"healer.service", "healer-.service", "healer-x.socket", "web.service", ""}) {
        EXPECT_FALSE(isUnitName(other)) << other;
    }
}

TEST(UnitName, encodesTheObjectPath) {
    EXPECT_EQ(unitPath("healer-web.service"), "/org/freedesktop/systemd1/unit/healer_2dweb_2eservice");
}

TEST(UnitName, findsTheUnitInACgroupPathAsAWholePart) {
    EXPECT_TRUE(cgroupNames("0::/system.slice/healer-web.service\n", "healer-web.service"));
    EXPECT_TRUE(
        cgroupNames("1:name=systemd:/system.slice/healer-web.service/sub\n0::/\n", "healer-web.service"));
    EXPECT_FALSE(cgroupNames("0::/system.slice/healer-web.service.d\n", "healer-web.service"));
    EXPECT_FALSE(cgroupNames("0::/system.slice/xhealer-web.service\n", "healer-web.service"));
    EXPECT_FALSE(cgroupNames("", "healer-web.service"));
}

TEST(UnitSettings, rootNeedsNoUser) {
    auto ordered = order();
    EXPECT_EQ(settingsFor(ordered).user, "www");
    ordered.command.user.uid = 0;
    EXPECT_EQ(settingsFor(ordered).user, "");
}

TEST(UnitSettings, theDescriptionTellsEverySettingApart) {
    const std::function<void(LaunchOrder&)> changes[] = {
        [](auto& o) { o.name = "other"; },
        [](auto& o) { o.command.path = "/usr/bin/other"; },
        [](auto& o) { o.command.args = {"-p80"}; },
        [](auto& o) {
            o.command.args = {"-p", "80", ""};
        },
        [](auto& o) { o.command.user.uid = 0; },
        [](auto& o) { o.command.workingDirectory = "/"; },
        [](auto& o) { o.command.environment["A"] = "c"; },
        [](auto& o) { o.command.output = "/var/log/web.log"; },
        [](auto& o) { o.stop.signal = SIGINT; },
        [](auto& o) { o.stop.timeout = std::chrono::seconds(1); },
        [](auto& o) { o.mayFork = true; },
    };
    std::set<std::string> seen{descriptionOf(settingsFor(order()))};
    for (const auto& change : changes) {
        auto ordered = order();
        change(ordered);
        EXPECT_TRUE(seen.insert(descriptionOf(settingsFor(ordered))).second);
    }
    EXPECT_TRUE(seen.contains(descriptionOf(settingsFor(order()))))
        << "the same settings, the same description";
}

TEST(UnitSettings, knowsWhatSystemdCannotReadBack) {
    auto ordered = order();
    EXPECT_TRUE(survivesReload(settingsFor(ordered)));
    for (const char* argument : {"$HOME", "a;b"}) {
        ordered.command.args = {"-x", argument};
        EXPECT_FALSE(survivesReload(settingsFor(ordered))) << argument;
    }
}

TEST(FailureText, saysWhatWasInTheWay) {
    auto ordered = order();
    ordered.command.output = "/var/log/web.log";
    const auto settings = settingsFor(ordered);
    const auto text = [&](std::int64_t status) {
        return describe({"failed", "exit-code", CLD_EXITED, status}, settings);
    };
    EXPECT_EQ(text(203),
              "cannot start /usr/bin/web as healer-web.service: the program cannot be executed (203/EXEC); "
              "see journalctl -u healer-web.service");
    EXPECT_THAT(text(200), HasSubstr("cannot enter working directory /srv (200/CHDIR)"));
    EXPECT_THAT(text(217), HasSubstr("cannot become user www (217/USER)"));
    EXPECT_THAT(text(209), HasSubstr("cannot open output /var/log/web.log (209/STDOUT)"));
    EXPECT_THAT(text(7), HasSubstr("it exited with status 7"));
    EXPECT_THAT(describe({"failed", "signal", CLD_KILLED, SIGKILL}, settings),
                HasSubstr("killed by SIGKILL"));
    EXPECT_THAT(describe({"timeout", "timeout", 0, 0}, settings), HasSubstr("gave up waiting"));
    EXPECT_THAT(describe({"dependency", "success", 0, 0}, settings), HasSubstr("ended as \"dependency\""));
}

} // namespace
} // namespace healer::recovery::service
