// SPDX-License-Identifier: Apache-2.0
#include "daemon/announcement.hpp"

#include "core/event_catalog.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace healer::daemon {
namespace {

using namespace std::chrono_literals;
using core::notice::Cause;

Announcement announcement(core::Notice notice) {
    return announcementOf({"web", 7, std::move(notice)}, 1000, "u.service");
}

std::string field(const Announcement& announcement, std::string_view name) {
    const auto& fields = announcement.log.fields;
    const auto found =
        std::find_if(fields.begin(), fields.end(), [&](const auto& entry) { return entry.first == name; });
    return found == fields.end() ? "" : found->second;
}

TEST(Announcement, ADeathHasAllItsFields) {
    const auto exit = core::exitFromWaitStatus(9);
    const auto said = announcement(core::notice::ProcessDown{42, exit, core::describe(exit)});
    EXPECT_EQ(said.log.message, "Process web (PID 42) is down: killed by SIGKILL");
    EXPECT_EQ(said.log.messageId, core::infoOf(core::EventKind::processDown).messageId);
    EXPECT_EQ(field(said, "HEALER_PROCESS"), "web");
    EXPECT_EQ(field(said, "HEALER_EVENT"), "process-down");
    EXPECT_EQ(field(said, "HEALER_INCIDENT"), "7");
    EXPECT_EQ(field(said, "HEALER_PID"), "42");
    EXPECT_EQ(field(said, "OBJECT_PID"), "42");
    EXPECT_EQ(field(said, "HEALER_REASON"), "killed by SIGKILL");
    EXPECT_EQ(field(said, "HEALER_EXIT"), "signaled");
    EXPECT_EQ(field(said, "UNIT"), "u.service");
    EXPECT_EQ(std::get<std::uint64_t>(said.history.at("time_usec")), 1000U);
    EXPECT_EQ(std::get<std::string>(said.history.at("event")), "process-down");
}

TEST(Announcement, AFailedStartHasItsReason) {
    const auto said =
        announcement(core::notice::RecoveryFinished{Cause::failure, false, 0, "no such file", 3ms});
    EXPECT_EQ(said.log.level, core::LogLevel::error);
    EXPECT_EQ(field(said, "HEALER_REASON"), "no such file");
    EXPECT_FALSE(std::get<bool>(said.history.at("ok")));
}

TEST(Announcement, WithoutAnIncidentThereIsNoSuchField) {
    const auto said = announcementOf({"web", 0, core::notice::Adopted{5}}, 1, "");
    EXPECT_EQ(field(said, "HEALER_INCIDENT"), "");
    EXPECT_EQ(field(said, "UNIT"), "");
}

} // namespace
} // namespace healer::daemon
