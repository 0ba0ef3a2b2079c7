// SPDX-License-Identifier: Apache-2.0
#include "clients.hpp"
#include "fixture.hpp"

#include <malloc.h>

#include <atomic>

namespace healer::test {

namespace {

class BusManyProcesses : public BusFixture {
protected:
    static constexpr std::size_t kCount = 1000;

    void SetUp() override {
        for (std::size_t i = 0; i < kCount; ++i) {
            backend_.add("process-" + std::to_string(i), static_cast<pid_t>(1000 + i));
        }
    }
};

TEST_F(BusManyProcesses, AreReadInOneCall) {
    startAll();
    const auto objects = ask([](sdbus::IConnection& c) { return ManagerClient(c).GetManagedObjects(); });
    std::size_t processes = 0;
    for (const auto& [path, interfaces] : objects) {
        processes += interfaces.count(dbus::InterfaceName("org.healer.Process"));
    }
    EXPECT_EQ(processes, kCount);
}

TEST_F(BusManyProcesses, TakeLittleMemoryEach) {
    const std::size_t before = mallinfo2().uordblks;
    startAll();
    const std::size_t each = (mallinfo2().uordblks - before) / kCount;
    RecordProperty("bytes_per_process", static_cast<int>(each));
    EXPECT_LT(each, 12'000U);
}

TEST_F(BusManyProcesses, BurstOfChangesStaysCheapAndComplete) {
    startAll();
    std::atomic<bool> ready = false;
    auto listening = client([&ready](sdbus::IConnection& c) {
        ManagerClient manager(c);
        ready = true;
        pumpUntil(c, [&] { return manager.seqs.size() >= kCount; });
        return manager.seqs;
    });
    ASSERT_TRUE(runUntil([&ready] { return ready.load(); }));
    const auto begin = std::chrono::steady_clock::now();
    for (auto& [name, view] : backend_.views) {
        view.instance = core::ProcessKey{core::pidOf(view.instance) + 5000, 2};
        service_->announce({name, 1, core::notice::ProcessDown{.pid = 1, .exit = {}, .reason = "killed"}});
        service_->processChanged(name);
    }
    const auto seqs = finish(std::move(listening));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
    ASSERT_EQ(seqs.size(), kCount);
    EXPECT_EQ(seqs.back() - seqs.front(), kCount - 1);
}

} // namespace

} // namespace healer::test
