// SPDX-License-Identifier: Apache-2.0
// Real processes with real connections between them, seen through /proc and the kernel's socket diagnosis.
#include "healerctl/socket_scan.hpp"
#include "support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>

namespace healer::healerctl {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A process that does something, says so, and then waits for its end.
class Actor {
public:
    explicit Actor(const std::function<bool()>& act) {
        int ready[2];
        if (pipe(ready) != 0) {
            return;
        }
        pid_ = fork();
        if (pid_ == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            const char word = act() ? 'y' : 'n';
            (void)!write(ready[1], &word, 1);
            for (;;) {
                pause();
            }
        }
        close(ready[1]);
        char word = 'n';
        worked_ = read(ready[0], &word, 1) == 1 && word == 'y';
        close(ready[0]);
    }
    Actor(const Actor&) = delete;
    Actor& operator=(const Actor&) = delete;
    ~Actor() {
        if (pid_ > 0) {
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
    }
    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool worked() const { return worked_; }

private:
    pid_t pid_ = 0;
    bool worked_ = false;
};

/// A listening socket made here; the server takes it over and the test closes its own copy.
class Listener {
public:
    explicit Listener(int family) : family_(family), fd_(socket(family, SOCK_STREAM, 0)) {}
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() { release(); }
    bool bindTo(const void* address, socklen_t size) {
        std::memcpy(&address_, address, size);
        size_ = size;
        const bool bound =
            bind(fd_, reinterpret_cast<const sockaddr*>(&address_), size) == 0 && listen(fd_, 8) == 0;
        return bound && getsockname(fd_, reinterpret_cast<sockaddr*>(&address_), &size_) == 0;
    }
    [[nodiscard]] bool connectTo() const {
        const int fd = socket(family_, SOCK_STREAM, 0);
        return connect(fd, reinterpret_cast<const sockaddr*>(&address_), size_) == 0;
    }
    void release() {
        if (fd_ >= 0) {
            close(fd_);
        }
        fd_ = -1;
    }
    [[nodiscard]] std::uint16_t port() const {
        sockaddr_in in{};
        std::memcpy(&in, &address_, sizeof in);
        return ntohs(in.sin_port);
    }

private:
    int family_;
    int fd_;
    sockaddr_storage address_{};
    socklen_t size_ = 0;
};

std::vector<SeenEdge> seenBetween(const Actor& db, const Actor& web) {
    const SocketScan scan = scanSockets({{"db", db.pid()}, {"web", web.pid()}});
    EXPECT_THAT(scan.failures, IsEmpty());
    return findEdges(scan.holders, scan.networks);
}

std::string reason(const Actor& web, const std::string& where) {
    return "web (PID " + std::to_string(web.pid()) + ") is connected to " + where + ", where db listens";
}

TEST(SocketScan, SeesAConnectionOverTcp) {
    Listener listener(AF_INET);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_TRUE(listener.bindTo(&address, sizeof address));
    const Actor db([] { return true; });
    listener.release();
    const Actor web([&] { return listener.connectTo(); });
    ASSERT_TRUE(db.worked() && web.worked());
    EXPECT_THAT(
        seenBetween(db, web),
        ElementsAre(SeenEdge{"web", "db", reason(web, "127.0.0.1:" + std::to_string(listener.port()))}));
}

TEST(SocketScan, SeesWhatAChildHasOpened) {
    Listener listener(AF_INET6);
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    ASSERT_TRUE(listener.bindTo(&address, sizeof address));
    const Actor db([] { return true; });
    listener.release();
    const Actor web([&] {
        const Actor* child = new Actor([&] { return listener.connectTo(); });
        return child->worked();
    });
    ASSERT_TRUE(db.worked() && web.worked());
    EXPECT_THAT(seenBetween(db, web),
                ElementsAre(SeenEdge{"web", "db", reason(web, "[::1]:" + std::to_string(listener.port()))}));
}

TEST(SocketScan, SeesAConnectionOverAUnixSocket) {
    const test::TemporaryFolder folder;
    const std::string path = folder / "db.sock";
    Listener listener(AF_UNIX);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_TRUE(listener.bindTo(&address, sizeof address));
    const Actor db([] { return true; });
    listener.release();
    const Actor web([&] { return listener.connectTo(); });
    ASSERT_TRUE(db.worked() && web.worked());
    EXPECT_THAT(seenBetween(db, web), ElementsAre(SeenEdge{"web", "db", reason(web, path)}));
}

TEST(SocketScan, AProcessThatHasEndedMeanwhileIsNoFailure) {
    pid_t gone = 0;
    {
        const Actor actor([] { return true; });
        gone = actor.pid();
    }
    const Actor there([] { return true; });
    const SocketScan scan = scanSockets({{"gone", gone}, {"there", there.pid()}});
    EXPECT_THAT(scan.failures, IsEmpty());
    ASSERT_EQ(scan.holders.size(), 1U);
    EXPECT_EQ(scan.holders[0].name, "there");
}

TEST(SocketScan, SaysWhoseSocketsItCannotSee) {
    const pid_t onlooker = fork();
    if (onlooker == 0) {
        constexpr uid_t kOther = 65534;
        const bool other = geteuid() != 0 || setresuid(kOther, kOther, kOther) == 0;
        const SocketScan scan = scanSockets({{"init", 1}});
        const bool says =
            scan.failures.size() == 1 && scan.failures[0].starts_with("cannot see the sockets of init");
        _exit(other && says ? 0 : 1);
    }
    int status = 0;
    waitpid(onlooker, &status, 0);
    EXPECT_EQ(status, 0);
}

} // namespace

} // namespace healer::healerctl
