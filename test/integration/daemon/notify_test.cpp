// SPDX-License-Identifier: Apache-2.0
#include "integration/daemon/healer_run.hpp"

#include "runtime/unique_fd.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>
#include <fstream>
#include <sstream>

// What systemd needs for Type=notify, and since 253 for Type=notify-reload.

namespace healer::test {
namespace {

using ::testing::HasSubstr;

/// One message, by its variables.
struct Notice {
    std::vector<std::string> lines;

    [[nodiscard]] bool has(const std::string& line) const {
        return std::find(lines.begin(), lines.end(), line) != lines.end();
    }
    [[nodiscard]] std::string value(const std::string& variable) const {
        for (const auto& line : lines) {
            if (line.starts_with(variable + "=")) {
                return line.substr(variable.size() + 1);
            }
        }
        return {};
    }
};

class NotifySocket {
public:
    explicit NotifySocket(const std::filesystem::path& path)
        : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }

    /// Takes messages until one has `line`; false when none comes. What is taken is then in `taken`.
    bool waitFor(const std::string& line) {
        constexpr int kPatienceMilliseconds = 20'000;
        pollfd entry{fd_.get(), POLLIN, 0};
        taken.clear();
        while (::poll(&entry, 1, kPatienceMilliseconds) > 0) {
            std::array<char, 4096> buffer{};
            const ssize_t length = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
            std::istringstream text(std::string(buffer.data(), static_cast<std::size_t>(length)));
            Notice& notice = taken.emplace_back();
            for (std::string each; std::getline(text, each);) {
                notice.lines.push_back(each);
            }
            if (notice.has(line)) {
                return true;
            }
        }
        return false;
    }

    std::vector<Notice> taken;

private:
    runtime::UniqueFd fd_;
};

long long monotonicUsec() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
}

class NotifyTest : public testing::Test {
protected:
    NotifyTest() : socket(healer.folder() / "notify") {
        healer.setNotifySocket(healer.folder() / "notify");
        healer.writeConfig(healer.counter("web", "{ type: ebpf }"));
        healer.start();
    }

    /// SIGHUP must be answered as notify-reload wants it: RELOADING=1 with a time that is not before the
    /// signal, then READY=1 and not earlier.
    void expectReloadCycle() {
        const auto before = monotonicUsec();
        healer.signal(SIGHUP);
        ASSERT_TRUE(socket.waitFor("RELOADING=1"));
        for (const auto& notice : socket.taken) {
            EXPECT_FALSE(notice.has("READY=1"));
        }
        const std::string time = socket.taken.back().value("MONOTONIC_USEC");
        ASSERT_FALSE(time.empty()) << "RELOADING=1 and MONOTONIC_USEC= belong into one message";
        EXPECT_GE(std::stoll(time), before);
        EXPECT_LE(std::stoll(time), monotonicUsec());
        ASSERT_TRUE(socket.waitFor("READY=1"));
    }

    HealerRun healer;
    NotifySocket socket;
};

TEST_F(NotifyTest, isReadyAndSaysWhatItDoes) {
    ASSERT_TRUE(socket.waitFor("READY=1"));
    EXPECT_THAT(socket.taken.back().value("STATUS"), HasSubstr("1"));
}

TEST_F(NotifyTest, aReloadIsAnnouncedAndEnds) {
    ASSERT_TRUE(socket.waitFor("READY=1"));
    healer.writeConfig(healer.counter("web", "{ type: ebpf }") + healer.counter("db", "{ type: ebpf }"));
    expectReloadCycle();
    EXPECT_THAT(socket.taken.back().value("STATUS"), HasSubstr("2"));
    expectReloadCycle();
}

TEST_F(NotifyTest, aRefusedReloadEndsToo) {
    ASSERT_TRUE(socket.waitFor("READY=1"));
    healer.writeConfig("  - name: web\n    comand: /bin/true\n");
    expectReloadCycle();
    EXPECT_TRUE(waitFor([&] { return healer.logged("Reload refused") == 1; })) << healer.log();
}

TEST_F(NotifyTest, saysThatItStops) {
    ASSERT_TRUE(socket.waitFor("READY=1"));
    healer.signal(SIGTERM);
    EXPECT_TRUE(socket.waitFor("STOPPING=1"));
    EXPECT_EQ(healer.wait(), 0);
}

} // namespace
} // namespace healer::test
