// SPDX-License-Identifier: Apache-2.0
#include "integration/network_probe/network_probe_fixture.hpp"
#include "runtime/unique_fd.hpp"

#include <dlfcn.h>
#include <netdb.h>

#include <atomic>

namespace {

/// A name whose look-up hangs for as long as this is set.
std::atomic<bool> lookUpHangs = false;
constexpr const char* kHangingName = "hanging.example";

} // namespace

/// Stands before the C library's, also for libcurl.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
    using Real = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    if (node != nullptr && std::string(node) == kHangingName) {
        lookUpHangs.wait(true);
        return EAI_AGAIN;
    }
    static const auto kReal = reinterpret_cast<Real>(dlsym(RTLD_NEXT, "getaddrinfo"));
    return kReal(node, service, hints, found);
}

namespace healer::test {
namespace {

using core::event::Absent;
using core::event::Healthy;
using core::event::Unhealthy;
using testing::HasSubstr;

const core::ProcessKey kKey{1, 1};

TEST_F(NetworkProbe, acceptsAGoodAnswer) {
    const LocalServer server(answers("204 No Content", ""));
    EXPECT_EQ(answer("http://127.0.0.1:" + server.port() + "/health"), "healthy");
    EXPECT_EQ(answer("http://localhost:" + server.port()), "healthy");
}

TEST_F(NetworkProbe, seesThatNothingListens) {
    const std::string port = freePort();
    EXPECT_EQ(answer("http://127.0.0.1:" + port + "/"), "cannot connect: Connection refused");
    EXPECT_EQ(answer("tcp://127.0.0.1:" + port), "cannot connect: Connection refused");
}

TEST_F(NetworkProbe, judgesTheStatus) {
    const LocalServer broken(answers("503 Service Unavailable"));
    const std::string url = "http://127.0.0.1:" + broken.port() + "/";
    EXPECT_EQ(answer(url), "status 503");
    auto plan = networkPlan(url);
    plan.args["expected_status"] = std::string("200,500-503");
    EXPECT_EQ(answer(plan), "healthy");
}

TEST_F(NetworkProbe, judgesTheBody) {
    const LocalServer server(answers("200 OK", R"({"status": "ready"})"));
    auto plan = networkPlan("http://127.0.0.1:" + server.port() + "/");
    plan.args["expected_body"] = std::string("\"ready\"");
    EXPECT_EQ(answer(plan), "healthy");
    plan.args["expected_body"] = std::string("\"fine\"");
    EXPECT_EQ(answer(plan), "the answer does not match expected_body");
}

TEST_F(NetworkProbe, sendsTheHeadersAndNoCredentials) {
    std::mutex mutex;
    std::string heard;
    const LocalServer server([&](int fd) {
        const auto head = hear(fd);
        const std::lock_guard lock(mutex);
        heard = head;
        say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    auto plan = networkPlan("http://127.0.0.1:" + server.port() + "/a?b");
    plan.args["headers"] = std::map<std::string, std::string>{{"Host", "web.example"}, {"X-Empty", ""}};
    EXPECT_EQ(answer(plan), "healthy");
    unsetenv("http_proxy");
    const std::lock_guard lock(mutex);
    EXPECT_THAT(heard, HasSubstr("GET /a?b HTTP/1.1\r\n"));
    EXPECT_THAT(heard, HasSubstr("Host: web.example\r\n"));
    EXPECT_THAT(heard, HasSubstr("X-Empty:\r\n"));
    EXPECT_THAT(heard, HasSubstr("User-Agent: healer/"));
    EXPECT_THAT(heard, testing::Not(HasSubstr("Authorization")));
}

TEST_F(NetworkProbe, noticesAHungServer) {
    const LocalServer server(hang);
    const auto begin = runtime::Loop::bootTime();
    EXPECT_EQ(answer("http://127.0.0.1:" + server.port() + "/", 200ms), "timed out after 200 ms");
    EXPECT_GE(runtime::Loop::bootTime() - begin, 200ms);
    EXPECT_LT(runtime::Loop::bootTime() - begin, 2s);
    EXPECT_EQ(answer("tcp://127.0.0.1:" + server.port(), 200ms), "healthy") << "only the connection counts";
}

TEST_F(NetworkProbe, cutsAnAnswerThatTrickles) {
    const LocalServer server([](int fd) {
        hear(fd);
        say(fd, "HTTP/1.1 200 OK\r\n\r\n");
        while (say(fd, "x")) {
            std::this_thread::sleep_for(20ms);
        }
    });
    EXPECT_EQ(answer("http://127.0.0.1:" + server.port() + "/", 200ms), "timed out after 200 ms");
}

TEST_F(NetworkProbe, judgesTheFirst64KiBOfAnEndlessBody) {
    const LocalServer server([](int fd) {
        hear(fd);
        say(fd, "HTTP/1.1 200 OK\r\n\r\n");
        while (say(fd, std::string(4096, 'a'))) {
        }
    });
    auto plan = networkPlan("http://127.0.0.1:" + server.port() + "/", 5s);
    EXPECT_EQ(answer(plan), "healthy");
    plan.args["expected_body"] = std::string("^a{9}");
    EXPECT_EQ(answer(plan), "healthy");
    plan.args["expected_body"] = std::string("^(a+)+$");
    EXPECT_EQ(answer(plan), "healthy");
    plan.args["expected_body"] = std::string("(a+)+b");
    EXPECT_EQ(answer(plan), "the answer does not match expected_body");
}

TEST_F(NetworkProbe, refusesAFloodOfHeaders) {
    const LocalServer many([](int fd) {
        hear(fd);
        say(fd, "HTTP/1.1 200 OK\r\n");
        while (say(fd, "X-Header: " + std::string(500, 'a') + "\r\n")) {
        }
    });
    EXPECT_EQ(answer("http://127.0.0.1:" + many.port() + "/", 5s),
              "the headers of the answer are larger than 64 KiB");
    const LocalServer interim([](int fd) {
        hear(fd);
        while (say(fd, "HTTP/1.1 100 Continue\r\n\r\n")) {
        }
    });
    EXPECT_EQ(answer("http://127.0.0.1:" + interim.port() + "/", 5s),
              "the headers of the answer are larger than 64 KiB");
    const LocalServer longLine([](int fd) {
        hear(fd);
        say(fd, "HTTP/1.1 200 OK\r\nX: ");
        while (say(fd, std::string(4096, 'a'))) {
        }
    });
    EXPECT_NE(answer("http://127.0.0.1:" + longLine.port() + "/", 5s), "healthy");
}

TEST_F(NetworkProbe, takesOnlyHttpForAnAnswer) {
    const LocalServer ssh([](int fd) { say(fd, "SSH-2.0-OpenSSH_9.2\r\n"); });
    EXPECT_EQ(answer("http://127.0.0.1:" + ssh.port() + "/"), "the answer is not HTTP");
    const LocalServer silent([](int fd) { hear(fd); });
    EXPECT_EQ(answer("http://127.0.0.1:" + silent.port() + "/"),
              "the connection was closed without an answer");
}

TEST_F(NetworkProbe, followsNoRedirect) {
    std::atomic<int> visits = 0;
    const LocalServer target([&](int fd) {
        ++visits;
        answers("500 Oops")(fd);
    });
    const LocalServer server(
        answers("302 Found", "", "Location: http://127.0.0.1:" + target.port() + "/\r\n"));
    EXPECT_EQ(answer("http://127.0.0.1:" + server.port() + "/"), "healthy");
    auto plan = networkPlan("http://127.0.0.1:" + server.port() + "/");
    plan.args["expected_status"] = std::string("200");
    EXPECT_EQ(answer(plan), "status 302");
    EXPECT_EQ(visits, 0);
}

TEST_F(NetworkProbe, speaksIpv6) {
    const LocalServer server(answers("200 OK"), AF_INET6);
    EXPECT_EQ(answer("http://[::1]:" + server.port() + "/"), "healthy");
    EXPECT_EQ(answer("tcp://[::1]:" + server.port()), "healthy");
}

TEST_F(NetworkProbe, asksThroughSockets) {
    const std::string path = folder / "web.sock";
    EXPECT_EQ(answer("unix:" + path), "cannot connect: No such file or directory");
    std::string escaped = path;
    for (std::size_t at = 0; (at = escaped.find('/', at)) != std::string::npos;) {
        escaped.replace(at, 1, "%2F");
    }
    {
        const LocalServer server(answers("503 No"), path);
        EXPECT_EQ(answer("unix:" + path), "healthy");
        EXPECT_EQ(answer("http+unix://" + escaped + "/health"), "status 503");
    }
    EXPECT_EQ(answer("unix:" + path), "cannot connect: Connection refused");
    EXPECT_THAT(answer("http+unix://" + escaped + "/health"), HasSubstr("cannot connect"));
}

TEST_F(NetworkProbe, noticesAHungServerBehindASocket) {
    const std::string path = folder / "full.sock";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path, address.sun_path);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    const runtime::UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(listener.get(), generic, sizeof address), 0);
    ASSERT_EQ(::listen(listener.get(), 0), 0);
    std::vector<runtime::UniqueFd> waiting;
    do {
        waiting.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    } while (::connect(waiting.back().get(), generic, sizeof address) == 0);
    EXPECT_EQ(answer("unix:" + path, 200ms), "timed out after 200 ms: its queue of connections is full");
}

TEST_F(NetworkProbe, aNameThatDoesNotResolveHoldsUpNothing) {
    EXPECT_EQ(answer("http://no-such-name.invalid/", 3s), "the host name cannot be resolved");
    const LocalServer server(answers("200 OK"));
    lookUpHangs = true;
    const auto begin = runtime::Loop::bootTime();
    auto lost = watching(networkPlan(std::string("tcp://") + kHangingName + ":80", 300ms));
    EXPECT_EQ(answer("http://127.0.0.1:" + server.port() + "/"), "healthy");
    EXPECT_TRUE(lost->events.empty());
    EXPECT_TRUE(bench.until([&] { return !lost->events.empty(); }));
    EXPECT_LT(runtime::Loop::bootTime() - begin, 2s) << "its look-up still hangs";
    EXPECT_THAT(lost->all<Absent>().front().detail, HasSubstr("timed out after 300 ms"));
    lost.reset();
    EXPECT_LT(runtime::Loop::bootTime() - begin, 2s);
    lookUpHangs = false;
    lookUpHangs.notify_all();
}

TEST_F(NetworkProbe, oneThatHangsDelaysNoOther) {
    const LocalServer good(answers("200 OK"));
    const LocalServer hung(hang);
    auto slow = watching(networkPlan("http://127.0.0.1:" + hung.port() + "/", 3s));
    std::vector<std::unique_ptr<Watched>> others;
    for (int count = 0; count < 200; ++count) {
        auto plan = networkPlan("http://127.0.0.1:" + good.port() + "/", 3s);
        plan.args["interval_secs"] = core::Duration(1000s);
        others.push_back(watching(std::move(plan)));
    }
    EXPECT_TRUE(bench.until(
        [&] { return std::ranges::all_of(others, [](const auto& one) { return !one->events.empty(); }); }));
    EXPECT_TRUE(slow->events.empty());
    EXPECT_TRUE(std::ranges::all_of(others, [](const auto& one) {
        return one->events.size() == 1 && one->template all<Healthy>().size() == 1;
    }));
}

TEST_F(NetworkProbe, reportsChanges) {
    std::atomic<bool> good = true;
    const LocalServer server([&](int fd) { answers(good ? "200 OK" : "500 No")(fd); });
    const std::string url = "http://127.0.0.1:" + server.port() + "/";
    auto watched = watching(networkPlan(url));
    ASSERT_TRUE(bench.until([&] { return watched->all<Healthy>().size() == 1; }));
    watched->monitor->follow(kKey);
    ASSERT_TRUE(bench.until([&] { return watched->all<Healthy>().size() == 2; }));
    good = false;
    ASSERT_TRUE(bench.until([&] { return watched->all<Unhealthy>().size() == 1; }));
    EXPECT_EQ(watched->all<Unhealthy>().front().probe, url);
    EXPECT_EQ(watched->all<Unhealthy>().front().reason, "status 500");
    good = true;
    ASSERT_TRUE(bench.until([&] { return watched->all<Healthy>().size() == 3; }));
    EXPECT_EQ(watched->events.size(), 4U);
}

TEST_F(NetworkProbe, waitsForAServiceThatStarts) {
    const std::string path = folder / "late.sock";
    auto plan = networkPlan("unix:" + path);
    plan.args["interval_secs"] = core::Duration(5s);
    plan.args.erase("start_grace_secs");
    auto watched = make(plan); // the grace is the start time-out of a process: 30 s
    watched->monitor->start(std::nullopt);
    ASSERT_TRUE(bench.until([&] { return watched->absents() == 1; }));
    const auto begin = runtime::Loop::bootTime();
    watched->monitor->follow(kKey);
    std::unique_ptr<LocalServer> server;
    const auto timer =
        bench.loop.addTimer(begin + 400ms, [&] { server = std::make_unique<LocalServer>(hang, path); });
    ASSERT_TRUE(bench.until([&] { return !watched->all<Healthy>().empty(); }));
    EXPECT_LT(runtime::Loop::bootTime() - begin, 3s) << "sooner than the interval";
    EXPECT_TRUE(watched->all<Unhealthy>().empty());
}

TEST_F(NetworkProbe, leavesNoDescriptorBehind) {
    const LocalServer good(answers("200 OK"));
    const LocalServer hung(hang);
    const auto round = [&] {
        for (const std::string& url : {"http://127.0.0.1:" + good.port(), "tcp://127.0.0.1:" + good.port(),
                                       "http://127.0.0.1:" + freePort(), "tcp://localhost:" + freePort(),
                                       std::string("unix:/nowhere"), "http://127.0.0.1:" + hung.port()}) {
            answer(url, 100ms);
        }
        const auto cancelled = watching(networkPlan("http://127.0.0.1:" + hung.port(), 10s));
        bench.settle();
    };
    const auto ours = [] {
        // The server's ends are in this process too, and close when ours have.
        return openDescriptors();
    };
    round();
    std::ptrdiff_t before = 0;
    bench.until([&] { return std::exchange(before, ours()) == ours(); });
    for (int count = 0; count < 5; ++count) {
        round();
    }
    EXPECT_TRUE(bench.until([&] { return ours() <= before; })) << ours() << " instead of " << before;
}

} // namespace
} // namespace healer::test
