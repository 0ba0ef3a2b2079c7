// SPDX-License-Identifier: Apache-2.0
#include "clients.hpp"
#include "fixture.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <ctime>

namespace healer::test {

namespace {

class BusConnecting : public BusFixture {
protected:
    void SetUp() override { backend_.add("web", 100); }

    std::size_t listed() {
        return ask([](sdbus::IConnection& c) { return ManagerClient(c).ListProcesses().size(); });
    }
};

std::chrono::microseconds cpuTime() {
    timespec ts{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::seconds(ts.tv_sec) +
                                                                 std::chrono::nanoseconds(ts.tv_nsec));
}

TEST_F(BusConnecting, BusThatComesLaterIsFound) {
    makeService();
    ASSERT_TRUE(runUntil([this] { return unavailable_ > 0; }));
    EXPECT_FALSE(service_->connected());
    service_->processChanged("web");
    EXPECT_EQ(service_->announce({"web", 0, core::notice::RecoveryStarted{.attempt = 1}}), 1U);
    bus_.start();
    ASSERT_TRUE(runUntil([this] { return service_->connected(); }));
    EXPECT_EQ(acquired_, 1);
    EXPECT_EQ(listed(), 1U);
    EXPECT_EQ(log_.count("cannot connect"), 1U) << "the same complaint is logged once";
}

TEST_F(BusConnecting, BusThatGoesAwayAndComesBackIsTakenAgain) {
    startAll();
    for (int round = 1; round <= 3; ++round) {
        bus_.stop();
        service_->processChanged("web");
        service_->announce({"web", 0, core::notice::RecoveryStarted{.attempt = 1}});
        ASSERT_TRUE(runUntil([this] { return !service_->connected(); }));
        backend_.add("new-" + std::to_string(round), 200 + round);
        bus_.start();
        ASSERT_TRUE(runUntil([this] { return service_->connected(); }));
        EXPECT_EQ(listed(), 1U + static_cast<std::size_t>(round));
    }
    EXPECT_EQ(acquired_, 4);
}

TEST_F(BusConnecting, WaitingCostsNoProcessorTime) {
    startAll();
    bus_.stop();
    ASSERT_TRUE(runUntil([this] { return !service_->connected(); }));
    const auto before = cpuTime();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    int iterations = 0;
    while (std::chrono::steady_clock::now() < end) {
        loop_.runOnce(std::chrono::milliseconds(100));
        ++iterations;
    }
    EXPECT_LT(iterations, 200);
    EXPECT_LT(cpuTime() - before, std::chrono::milliseconds(100));
}

TEST_F(BusConnecting, NameOfAnotherIsWaitedFor) {
    bus_.start();
    auto other = sdbus::createSessionBusConnectionWithAddress(bus_.address());
    other->requestName(dbus::ServiceName("org.healer"));
    makeService();
    ASSERT_TRUE(runUntil([this] { return unavailable_ > 0; }));
    EXPECT_EQ(log_.count("belongs to another program"), 1U);
    other.reset();
    ASSERT_TRUE(runUntil([this] { return service_->connected(); }));
    EXPECT_EQ(listed(), 1U);
}

TEST_F(BusConnecting, SocketThatNeverGreetsDoesNotStopTheLoop) {
    const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    bus_.socketPath().copy(address.sun_path, sizeof(address.sun_path) - 1);
    ASSERT_EQ(::bind(server, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    ASSERT_EQ(::listen(server, 8), 0);
    const auto begin = std::chrono::steady_clock::now();
    makeService();
    loop_.runOnce(std::chrono::milliseconds(1));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
    ASSERT_TRUE(runUntil([this] { return unavailable_ > 0; })) << "and it is given up in time";
    ::close(server);
    bus_.start();
    ASSERT_TRUE(runUntil([this] { return service_->connected(); }));
}

TEST_F(BusConnecting, FrozenBusDoesNotStopTheLoop) {
    startAll();
    bus_.freeze();
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 2000; ++i) {
        backend_.views["web"].restartCount++;
        service_->processChanged("web");
        service_->announce({"web", 0, core::notice::RecoveryStarted{.attempt = 1}});
        loop_.runOnce(std::chrono::microseconds(0));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
    bus_.thaw();
    EXPECT_EQ(listed(), 1U);
    EXPECT_EQ(acquired_, 1);
}

TEST_F(BusConnecting, EndsWhileConnecting) {
    bus_.start();
    for (int iterations = 0; iterations < 12; ++iterations) {
        makeService();
        for (int i = 0; i < iterations; ++i) {
            loop_.runOnce(std::chrono::milliseconds(1));
        }
        service_.reset();
    }
    makeService();
    ASSERT_TRUE(runUntil([this] { return service_->connected(); }));
}

} // namespace

} // namespace healer::test
