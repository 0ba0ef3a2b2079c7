// SPDX-License-Identifier: Apache-2.0
#include "daemon/state_store.hpp"
#include "runtime/unique_fd.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>

namespace healer::daemon {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class CollectingLog final : public runtime::Log {
public:
    void write(const runtime::LogEntry& entry) override { messages.push_back(entry.message); }
    std::vector<std::string> messages;
};

StoredState sample() {
    StoredState state;
    state.snapshot.instance = core::ProcessKey{123, 4567};
    state.snapshot.recovering = true;
    state.snapshot.paused = true;
    state.snapshot.degraded = true;
    state.snapshot.stop = {core::OperatorRequests::StopBy::serviceManager, "stopped by request"};
    state.snapshot.breaker = {core::BreakerState::halfOpen,
                              {core::TimePoint{1s}, core::TimePoint{2s}},
                              core::TimePoint{3s},
                              4,
                              true};
    state.snapshot.restartCount = 17;
    state.snapshot.incident = 9;
    state.snapshot.activeSince = core::TimePoint{5s};
    state.snapshot.startedAt = core::TimePoint{4s};
    state.snapshot.startedWith = UINT64_MAX - 1;
    core::Exit exit = core::exitFromWaitStatus(11 | 0x80);
    exit.detail = "bad \xff bytes and \"quotes\"";
    exit.sender = {SIGSEGV, 77, 1000, "a name"};
    state.snapshot.lastExit = core::LastExit{exit, 99, core::TimePoint{6s}, 7s};
    return state;
}

class StateStoreTest : public testing::Test {
protected:
    test::TemporaryFolder folder_;
    fs::path directory_ = folder_.path();
    CollectingLog log_;
};

TEST(StateText, RoundTrips) {
    StoredState state = sample();
    state.snapshot.lastExit->exit.detail = "fine";
    const auto decoded = decodeState(encodeState(state.snapshot, "boot"), "boot");
    ASSERT_TRUE(decoded.ok()) << decoded.error().message;
    EXPECT_EQ(*decoded, std::optional(state.snapshot));
}

/// As the first edition wrote it: an upgrade of the package keeps breakers, stops and counters.
TEST(StateText, AFileOfTheFirstEditionIsRead) {
    const std::string text =
        R"({"active_since":5000000,"boot_id":"boot","breaker":{"failed_trials":1,"since":3000000,)"
        R"("starts":[1000000,2000000],"state":"open","trial_made":false},"degraded":false,"down":true,)"
        R"("format":1,"incident":9,"key":{"pid":123,"start_ticks":4567},"last_exit":{"at":6000000,"code":7,)"
        R"("detail":"","pid":99,"probe":"","reason":"exited","runtime":7000000,"sender":{"comm":"sh",)"
        R"("pid":77,"signal":15,"uid":1000}},"paused":true,"restart_count":17,"stop_detail":)"
        R"("stopped by request","stop_wanted":true})";
    const auto decoded = decodeState(text, "boot", 100s);
    ASSERT_TRUE(decoded.ok()) << decoded.error().message;
    const auto& state = *decoded;
    EXPECT_EQ(state->instance, (core::ProcessKey{123, 4567}));
    EXPECT_TRUE(state->paused && state->recovering);
    EXPECT_EQ(state->stop->detail, "stopped by request");
    EXPECT_EQ(state->breaker.state, core::BreakerState::open);
    EXPECT_EQ(state->breaker.since, core::Moment(core::TimePoint{3s}, core::WallTime{103s}));
    EXPECT_EQ(state->activeSince, core::Moment(core::TimePoint{5s}, core::WallTime{105s}));
    ASSERT_TRUE(state->lastExit);
    EXPECT_EQ(state->lastExit->at, core::Moment(core::TimePoint{6s}, core::WallTime{106s}));
    EXPECT_EQ(state->lastExit->runtime, core::Duration(7s));
    EXPECT_EQ(state->lastExit->exit.code, 7);
    EXPECT_EQ(state->lastExit->exit.sender, (core::SignalSender{15, 77, 1000, "sh"}));

    std::string keyless = text;
    keyless.replace(keyless.find("123"), 3, "0");
    EXPECT_EQ((*decodeState(keyless, "boot", 100s))->instance, core::Instance(core::UnitRun{4567}));
}

TEST(StateText, SurvivesBytesThatAreNoText) {
    EXPECT_TRUE(decodeState(encodeState(sample().snapshot, "b"), "b").ok());
}

TEST(StateText, IsIgnoredInAnotherBoot) {
    const auto decoded = decodeState(encodeState(sample().snapshot, "one"), "two");
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(*decoded, std::nullopt);
}

TEST(StateText, DamagedTextIsAnErrorAndNeverMore) {
    const std::string text = encodeState(sample().snapshot, "boot");
    std::mt19937 random(7);
    for (int round = 0; round < 3000; ++round) {
        std::string damaged = text;
        for (unsigned change = random() % 4 + 1; change > 0; --change) {
            damaged[random() % damaged.size()] = static_cast<char>(random());
        }
        damaged.resize(random() % 3 == 0 ? random() % damaged.size() : damaged.size());
        (void)decodeState(damaged, "boot").ok();
    }
    for (const char* bad : {"", "{}", "[]", "null", "{\"format\":1}", "{\"format\":\"x\"}"}) {
        EXPECT_FALSE(decodeState(bad, "boot").ok()) << bad;
    }
}

TEST(StateText, NumbersOutOfRangeAreDamage) {
    const std::string good = encodeState(sample().snapshot, "boot");
    const std::string count = "\"restart_count\":17";
    ASSERT_NE(good.find(count), std::string::npos) << good;
    ASSERT_TRUE(decodeState(good, "boot").ok());
    for (const char* number : {"1e300", "-1", "1.5", "18446744073709551616", "true", "\"17\""}) {
        std::string bad = good;
        bad.replace(bad.find(count), count.size(), std::string("\"restart_count\":") + number);
        EXPECT_FALSE(decodeState(bad, "boot").ok()) << number;
    }
    EXPECT_FALSE(decodeEvent("{\"pid\":[1,4294967296]}"));
    EXPECT_FALSE(decodeEvent("{\"pid\":[1,1e300]}"));
    EXPECT_TRUE(decodeEvent("{\"pid\":[1,4294967295]}"));
}

TEST_F(StateStoreTest, LoadsWhatWasSaved) {
    StateStore(directory_, log_).save("web", sample().snapshot);
    StateStore(directory_, log_).save("..", sample().snapshot);
    const auto all = StateStore(directory_, log_).load();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all.at("web").snapshot.restartCount, 17U);
    StateStore(directory_, log_).remove("web");
    EXPECT_EQ(StateStore(directory_, log_).load().size(), 1U);
}

TEST_F(StateStoreTest, KeepsTheHistoryInAFileThatDoesNotGrowWithoutEnd) {
    StateStore store(directory_, log_);
    store.save("web", sample().snapshot);
    History history;
    for (std::uint64_t i = 0; i < 2000; ++i) {
        history.add("web", lineOf({{"time_usec", i}}));
        store.append("web", history.of("web").back(), history.of("web"));
    }
    ASSERT_TRUE(store.flush(5s));
    std::ofstream(directory_ / "web.history", std::ios::app) << "{\"half a li";
    const auto kept = StateStore(directory_, log_).load().at("web").history;
    ASSERT_GE(kept.size(), 100U);
    EXPECT_LE(kept.size(), 401U);
    EXPECT_EQ(kept.back().timeUsec, 1999U);
    EXPECT_EQ(kept.back().text, history.of("web").back().text);
    EXPECT_TRUE(log_.messages.empty());
}

TEST_F(StateStoreTest, ADamagedFileIsAWarningAndKeptAside) {
    StateStore store(directory_, log_);
    store.save("good", sample().snapshot);
    ASSERT_TRUE(store.flush(5s));
    std::ofstream(directory_ / "bad.json") << "{ not json";
    EXPECT_EQ(store.load().size(), 1U);
    ASSERT_EQ(log_.messages.size(), 1U);
    EXPECT_NE(log_.messages[0].find("bad"), std::string::npos);
    EXPECT_TRUE(fs::exists(directory_ / "bad.json.damaged"));
    EXPECT_EQ(store.load().size(), 1U);
    EXPECT_EQ(log_.messages.size(), 1U);
}

TEST_F(StateStoreTest, AFailureToSaveIsSaidOnce) {
    StateStore store(directory_ / "missing", log_);
    for (int i = 0; i < 3; ++i) {
        store.save("web", sample().snapshot);
        EXPECT_TRUE(store.flush(5s));
    }
    EXPECT_EQ(log_.messages.size(), 1U);
}

/// A file system that does not answer is stood for by a FIFO that has no reader.
TEST_F(StateStoreTest, AFileSystemThatHangsHoldsUpNothingAndTheNewestStateIsWrittenInTheEnd) {
    constexpr int kChanges = 2000;
    const auto fifo = directory_ / "web.json.new";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    StateStore store(directory_, log_);
    auto state = sample().snapshot;
    History history;
    const auto begin = std::chrono::steady_clock::now();
    for (std::uint64_t i = 1; i <= kChanges; ++i) {
        state.restartCount = i;
        history.add("web", lineOf({{"time_usec", i}}));
        store.save("web", state);
        store.append("web", history.of("web").back(), history.of("web"));
    }
    store.save("other", state);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
    EXPECT_FALSE(store.flush(1ms));
    EXPECT_FALSE(fs::exists(directory_ / "other.json"));
    const runtime::UniqueFd reader(open(fifo.c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(store.flush(5s));
    const auto all = StateStore(directory_, log_).load();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all.at("web").snapshot.restartCount, kChanges);
    EXPECT_EQ(all.at("web").history.back().timeUsec, kChanges);
    EXPECT_LE(all.at("web").history.size(), 500U);
}

TEST_F(StateStoreTest, AFileSystemThatHangsIsWaitedForAtTheEndButNotForLong) {
    const auto fifo = directory_ / "web.json.new";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    const auto begin = std::chrono::steady_clock::now();
    StateStore(directory_, log_).save("web", sample().snapshot);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
    const runtime::UniqueFd reader(open(fifo.c_str(), O_RDONLY | O_CLOEXEC));
}

} // namespace
} // namespace healer::daemon
