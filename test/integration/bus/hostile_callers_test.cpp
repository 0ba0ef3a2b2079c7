// SPDX-License-Identifier: Apache-2.0
#include "clients.hpp"
#include "fixture.hpp"

#include <systemd/sd-bus.h>

#include <atomic>

namespace healer::test {

namespace {

/// Malicious callers. They may only read, as any user may.
class HostileCallers : public BusFixture {
protected:
    void SetUp() override {
        constexpr int kProcesses = 100;
        for (int i = 0; i < kProcesses; ++i) {
            backend_.add("process-" + std::to_string(i), 1000 + i);
        }
        startAll();
    }
    void TearDown() override { flooding_ = false; }

    /// Asks for everything, again and again until the test is over, and never listens.
    std::future<void> flood() {
        return std::async(std::launch::async, [this] {
            sd_bus* raw = nullptr;
            ASSERT_GE(sd_bus_new(&raw), 0);
            const std::unique_ptr<sd_bus, sd_bus* (*)(sd_bus*)> bus(raw, sd_bus_close_unref);
            ASSERT_GE(sd_bus_set_address(raw, bus_.address().c_str()), 0);
            ASSERT_GE(sd_bus_set_bus_client(raw, 1), 0);
            ASSERT_GE(sd_bus_start(raw), 0);
            for (; flooding_ && calls_ < kMostCalls; ++calls_) {
                ASSERT_GE(sd_bus_call_method_async(raw, nullptr, "org.healer", "/org/healer",
                                                   "org.freedesktop.DBus.ObjectManager", "GetManagedObjects",
                                                   nullptr, nullptr, ""),
                          0);
                ASSERT_GE(sd_bus_flush(raw), 0);
            }
        });
    }

    static constexpr int kMostCalls = 2000;
    std::atomic<bool> flooding_ = true;
    std::atomic<int> calls_ = 0;
};

TEST_F(HostileCallers, AFloodOfCallsLeavesHealerItsTurns) {
    auto flooder = flood();
    ASSERT_TRUE(runUntil([this] { return calls_ > 200; }));
    for (int round = 0; round < 30; ++round) {
        bool done = false;
        const auto work = loop_.addDeferred([&done] { done = true; });
        for (int iteration = 0; iteration < 3 && !done; ++iteration) {
            loop_.runOnce(std::chrono::milliseconds(100));
        }
        ASSERT_TRUE(done) << "in round " << round;
    }
    flooding_ = false;
    finish(std::move(flooder));
}

TEST_F(HostileCallers, GiantArgumentsAreRefusedAndForgotten) {
    const std::string giant(std::size_t{1} << 20U, 'x');
    const auto refused = ask([&giant](sdbus::IConnection& c) {
        ManagerClient manager(c);
        return errorOf([&] { manager.GetProcess(giant); });
    });
    EXPECT_EQ(refused, "org.healer.Error.NoSuchProcess");
    const auto restarted = ask([&giant](sdbus::IConnection& c) {
        ManagerClient manager(c);
        return errorOf([&] { manager.Restart(giant); });
    });
    EXPECT_EQ(restarted, "org.healer.Error.NoSuchProcess");
    EXPECT_TRUE(backend_.asked.empty());
    for (const auto& message : log_.messages) {
        EXPECT_LT(message.size(), 1000U) << "requests must not fill the log";
    }
}

TEST_F(HostileCallers, TheAnswerToANameQuotesLittleOfIt) {
    const auto said = ask([](sdbus::IConnection& c) {
        ManagerClient manager(c);
        try {
            manager.GetProcess(std::string(std::size_t{1} << 20U, 'x'));
        } catch (const sdbus::Error& e) {
            return e.getMessage();
        }
        return std::string();
    });
    EXPECT_LT(said.size(), 1000U);
}

TEST_F(HostileCallers, OneCallGetsNoMoreHistoryThanItsShare) {
    backend_.entries.resize(5000);
    const auto entries = ask([](sdbus::IConnection& c) { return ManagerClient(c).GetHistory("", 0).size(); });
    EXPECT_EQ(entries, 1000U);
    EXPECT_EQ(ask([](sdbus::IConnection& c) { return ManagerClient(c).GetHistory("", 4000000000U).size(); }),
              1000U);
}

} // namespace

} // namespace healer::test
