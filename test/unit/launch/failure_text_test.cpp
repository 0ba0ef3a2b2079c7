// SPDX-License-Identifier: Apache-2.0
#include "launch/service/failure_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace healer::launch::service {
namespace {

using ::testing::HasSubstr;

LaunchOrder order() {
    LaunchOrder order;
    order.name = "web";
    order.command = {.path = "/usr/bin/web",
                     .args = {"-p", "80"},
                     .user = {"www", 33, 33, {33}, "/var/www", "/bin/sh"},
                     .workingDirectory = "/srv",
                     .environment = {{"A", "b"}},
                     .output = std::nullopt};
    return order;
}

TEST(TransientSettings, rootNeedsNoUser) {
    auto ordered = order();
    EXPECT_EQ(settingsFor(ordered, std::nullopt).user, "www");
    ordered.command.user.uid = 0;
    EXPECT_EQ(settingsFor(ordered, std::nullopt).user, "");
}

TEST(FailureText, saysWhatWasInTheWay) {
    auto ordered = order();
    ordered.command.output = "/var/log/web.log";
    const auto settings = settingsFor(ordered, std::nullopt);
    const auto failure = [](const char* job, const char* result, int code, int status) {
        StartFailure failed{job, {}};
        failed.facts.result = result;
        failed.facts.execMainCode = code;
        failed.facts.execMainStatus = status;
        return failed;
    };
    const auto text = [&](int status) {
        return describe(failure("failed", "exit-code", CLD_EXITED, status), settings).message;
    };
    EXPECT_EQ(text(203),
              "cannot start /usr/bin/web as healer-web.service: the program cannot be executed (203/EXEC); "
              "see journalctl -u healer-web.service");
    EXPECT_THAT(text(200), HasSubstr("cannot enter working directory /srv (200/CHDIR)"));
    EXPECT_THAT(text(217), HasSubstr("cannot become user www (217/USER)"));
    EXPECT_THAT(text(209), HasSubstr("cannot open output /var/log/web.log (209/STDOUT)"));
    EXPECT_THAT(text(7), HasSubstr("it exited with status 7"));
    EXPECT_THAT(describe(failure("failed", "signal", CLD_KILLED, SIGKILL), settings).message,
                HasSubstr("killed by SIGKILL"));
    EXPECT_THAT(describe(failure("timeout", "timeout", 0, 0), settings).message,
                HasSubstr("gave up waiting"));
    EXPECT_THAT(describe(failure("dependency", "success", 0, 0), settings).message,
                HasSubstr("ended as \"dependency\""));
    const auto kind = [&](int status, bool missing = false) {
        return describe(failure("failed", "exit-code", CLD_EXITED, status), settings, missing).kind;
    };
    EXPECT_EQ(kind(203), core::ErrorKind::failed);
    EXPECT_EQ(kind(203, true), core::ErrorKind::impeded) << "it is being replaced";
    EXPECT_EQ(kind(217), core::ErrorKind::impeded);
    EXPECT_EQ(describe(failure("failed", "resources", 0, 0), settings).kind, core::ErrorKind::impeded);
}

} // namespace
} // namespace healer::launch::service
