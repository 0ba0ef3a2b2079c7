// SPDX-License-Identifier: Apache-2.0
#include "daemon/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace healer::daemon {
namespace {

using ::testing::ElementsAre;

HistoryLine at(std::uint64_t time) {
    return lineOf({{"time_usec", time}});
}

std::vector<std::uint64_t> times(const std::vector<bus::HistoryEntry>& entries) {
    std::vector<std::uint64_t> found;
    for (const auto& entry : entries) {
        found.push_back(std::get<std::uint64_t>(entry.at("time_usec")));
    }
    return found;
}

TEST(HistoryText, RoundTripsWithAllTypes) {
    const bus::HistoryEntry entry{{"event", std::string("process-down")},
                                  {"ok", false},
                                  {"pid", std::uint32_t{99}},
                                  {"seq", std::uint64_t{1} << 60},
                                  {"code", std::int32_t{-1}}};
    EXPECT_EQ(decodeEvent(encodeEvent(entry)), entry);
}

TEST(HistoryText, DamagedLinesAreNothing) {
    for (const char* line : {"", "{\"half a li", "[1]", "{\"a\":1}", "{\"a\":[4,1]}"}) {
        EXPECT_EQ(decodeEvent(line), std::nullopt) << line;
    }
}

TEST(History, AnswersTheNewestFirst) {
    History history;
    history.add("web", at(1));
    history.add("db", at(2));
    history.add("web", at(3));
    EXPECT_THAT(times(history.newest("web", 10)), ElementsAre(3, 1));
    EXPECT_THAT(times(history.newest("", 10)), ElementsAre(3, 2, 1));
    EXPECT_THAT(times(history.newest("", 2)), ElementsAre(3, 2));
    EXPECT_TRUE(history.newest("none", 10).empty());
    history.forget("web");
    EXPECT_THAT(times(history.newest("", 10)), ElementsAre(2));
}

TEST(History, WhatCameLaterIsNewerThoughItsTimeSaysOtherwise) {
    History history;
    history.add("web", at(20));
    history.add("web", at(19));
    history.add("db", at(18));
    history.add("web", at(30));
    EXPECT_THAT(times(history.newest("web", 10)), ElementsAre(30, 19, 20));
    EXPECT_THAT(times(history.newest("", 10)), ElementsAre(30, 19, 20, 18));
}

TEST(History, KeepsTheLastHundredOfEach) {
    History history;
    for (std::uint64_t i = 0; i < 150; ++i) {
        history.add("web", at(i));
    }
    EXPECT_EQ(history.of("web").size(), 100U);
    EXPECT_EQ(times(history.newest("web", 1000)).back(), 50U);
}

} // namespace
} // namespace healer::daemon
