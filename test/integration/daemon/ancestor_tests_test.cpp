// SPDX-License-Identifier: Apache-2.0
// The ancestor's own tests of probes and reload, by their names, and its defects that need a probe to show.
#include "integration/daemon/healer_run.hpp"

#include "runtime/unique_fd.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace healer::test {
namespace {

/// A listening port, until it is closed. Connections wait in the queue and are never
/// answered.
class Listener {
public:
    /// A free port that nothing listens on yet.
    Listener() {
        open();
        close();
    }

    void open() {
        socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const int reuse = 1;
        setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port_);
        EXPECT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(listen(socket_.get(), 4096), 0);
        socklen_t length = sizeof address;
        getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
    }
    void close() { socket_.reset(); }
    [[nodiscard]] std::string url(const std::string& scheme = "tcp", const std::string& path = "") const {
        return scheme + "://127.0.0.1:" + std::to_string(port_) + path;
    }

private:
    runtime::UniqueFd socket_;
    std::uint16_t port_ = 0;
};

class AncestorTests : public testing::Test {
protected:
    [[nodiscard]] static std::string probe(const std::string& url) {
        return "{ type: network, target_url: '" + url +
               "', interval_secs: 0.1, timeout_secs: 0.5, start_grace_secs: 1 }";
    }
    bool comesUp(const std::string& name) {
        return waitFor([&] { return healer.counterPid(name).has_value(); });
    }
    bool hasLogged(const std::string& text, int times = 1) {
        return waitFor([&] { return healer.logged(text) >= times; });
    }

    Listener listener;
    HealerRun healer;
};

TEST_F(AncestorTests, network_monitor_detects_crash_and_recovers) {
    healer.writeConfig(healer.counter("web", probe(listener.url())));
    healer.start();
    ASSERT_TRUE(hasLogged("Starting process web")) << healer.log();
    listener.open();
    ASSERT_TRUE(hasLogged("Successfully started process web")) << healer.log();
    const pid_t old = healer.runningPid("web");
    listener.close();
    ASSERT_TRUE(hasLogged("Process web is disconnected from " + listener.url())) << healer.log();
    listener.open();
    ASSERT_TRUE(hasLogged("Successfully restarted process web")) << healer.log();
    EXPECT_NE(healer.runningPid("web"), old);
    EXPECT_EQ(healer.copies("web"), 1);
}

TEST_F(AncestorTests, hot_reload_allows_new_process_recovery) {
    healer.writeConfig(healer.counter("alpha", "{ type: ebpf }"));
    healer.start();
    ASSERT_TRUE(hasLogged("Successfully started process alpha"));
    healer.writeConfig(healer.counter("beta", "{ type: ebpf }"));
    healer.signal(SIGHUP);
    ASSERT_TRUE(hasLogged("Successfully started process beta")) << healer.log();
    ASSERT_TRUE(healer.counterPid("alpha")) << "no longer managed, but not stopped";
    kill(healer.runningPid("alpha"), SIGKILL);
    ASSERT_TRUE(waitFor([&] { return healer.copies("alpha") == 0; }));
    kill(healer.runningPid("beta"), SIGKILL);
    ASSERT_TRUE(hasLogged("Successfully restarted process beta")) << healer.log();
    EXPECT_EQ(healer.copies("alpha"), 0);
    EXPECT_EQ(healer.logged("Process alpha is down"), 0) << healer.log();
}

TEST_F(AncestorTests, reconcile_starts_stops_pid_and_network_monitors) {
    const std::string network = healer.counter("net", probe(listener.url()));
    healer.writeConfig(healer.counter("file", healer.pidMonitor("file")) + network +
                       healer.counter("off", "{ type: ebpf }", "    enabled: false\n"));
    healer.start();
    ASSERT_TRUE(hasLogged("Successfully started process file"));
    ASSERT_TRUE(hasLogged("Starting process net"));
    listener.open();
    ASSERT_TRUE(hasLogged("Successfully started process net"));
    EXPECT_FALSE(healer.counterPid("off"));
    healer.writeConfig(network);
    healer.signal(SIGHUP);
    ASSERT_TRUE(hasLogged("Configuration reloaded: 0 added, 0 changed, 2 removed")) << healer.log();
    kill(healer.runningPid("file"), SIGKILL);
    listener.close();
    ASSERT_TRUE(hasLogged("Process net is disconnected")) << healer.log();
    listener.open();
    ASSERT_TRUE(hasLogged("Successfully restarted process net")) << healer.log();
    EXPECT_FALSE(healer.counterPid("file")) << healer.log();
}

/// The configuration of the ancestor's manual, but for its paths and its user.
TEST_F(AncestorTests, TheSampleConfigurationWorksUnchanged) {
    ASSERT_EQ(geteuid(), 0U) << "run_as_user needs root";
    const std::string place = healer.folder().string() + "/demo";
    for (const std::string folder : {"", "/logs", "/run"}) {
        std::filesystem::create_directory(place + folder);
    }
    ASSERT_EQ(chown((place + "/run").c_str(), 65534, 65534), 0);
    const std::string pidFile = place + "/run/simple_counter.pid";
    std::ofstream(healer.config())
        << "log_level: \"info\"\nlog_directory: \"" << place << "/logs\"\npid_file_directory: \"" << place
        << "\"\nworking_directory: \"/\"\nprocesses:\n  - name: \"simple_counter\"\n    enabled: true\n"
        << "    command: \"" HEALER_COUNTER "\"\n    args: [\"" << pidFile << "\"]\n"
        << "    run_as_root: false\n    run_as_user: \"nobody\"\n    monitor:\n      type: \"pid\"\n"
        << "      pid_file_path: \"" << pidFile << "\"\n      interval_secs: 3\n    recovery:\n"
        << "      type: \"regular\"\n      retries: 3\n      retry_window_secs: 60\n      cooldown_secs: "
           "180\n";
    std::filesystem::permissions(healer.config(), std::filesystem::perms(0600));
    healer.start();
    ASSERT_TRUE(hasLogged("Successfully started process simple_counter")) << healer.log();
    EXPECT_TRUE(std::filesystem::exists(place + "/healer.pid"));
    EXPECT_TRUE(std::filesystem::exists(place + "/logs/healer.log"));
    for (int restart = 1; restart <= 3; ++restart) {
        kill(healer.runningPid("demo/run/simple_counter"), SIGKILL);
        ASSERT_TRUE(hasLogged("Successfully restarted process", restart)) << healer.log();
    }
    kill(healer.runningPid("demo/run/simple_counter"), SIGKILL);
    EXPECT_TRUE(hasLogged("Circuit breaker is open")) << healer.log();
}

TEST_F(AncestorTests, AncestorDefect04_AHungServerIsNoticedAndOneRefusalMayBeAllowed) {
    // Accepts, and never answers.
    healer.writeConfig(
        healer.counter("web", probe(listener.url())) +
        healer.counter("hung", probe(listener.url("http", "/")), "    start_timeout_secs: 2\n"));
    healer.start();
    ASSERT_TRUE(hasLogged("Starting process web")) << healer.log();
    listener.open();
    ASSERT_TRUE(hasLogged("Successfully started process web")) << healer.log();
    EXPECT_TRUE(hasLogged("Failed to start process hung")) << healer.log();
    EXPECT_GE(healer.logged("timed out after") + healer.logged("not up within"), 1) << healer.log();
}

TEST_F(AncestorTests, AncestorDefect13_TheOldProcessIsEndedBeforeANewOneStarts) {
    healer.writeConfig(healer.counter("web", probe(listener.url()), "    stop: { timeout_secs: 1 }\n"));
    healer.start();
    ASSERT_TRUE(hasLogged("Starting process web")) << healer.log();
    listener.open();
    ASSERT_TRUE(hasLogged("Successfully started process web")) << healer.log();
    const pid_t old = healer.runningPid("web");
    kill(old, SIGSTOP); // it cannot even take the SIGTERM
    listener.close();
    ASSERT_TRUE(hasLogged("Process web is disconnected"));
    listener.open();
    ASSERT_TRUE(hasLogged("Successfully restarted process web")) << healer.log();
    EXPECT_NE(kill(old, 0), 0) << "the old one is gone";
    EXPECT_EQ(healer.copies("web"), 1);
}

} // namespace
} // namespace healer::test
