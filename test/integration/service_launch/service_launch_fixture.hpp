// SPDX-License-Identifier: Apache-2.0
#pragma once

// Needs root and systemd as PID 1.
#include "core/unit_name.hpp"
#include "launch/service/kind.hpp"
#include "runtime/loop.hpp"
#include "runtime/pidfd.hpp"
#include "support/files.hpp"
#include "systemd/access.hpp"
#include "systemd/bus_manager.hpp"
#include "systemd/unit_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace healer::launch::service {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr auto kPatience = 20s;

class StderrLog final : public runtime::Log {
    void write(const runtime::LogEntry& entry) override {
        std::fprintf(stderr, "%s\n", entry.message.c_str());
    }
};

inline std::string output(const std::string& command) {
    std::string text;
    FILE* pipe = popen(command.c_str(), "r");
    for (int letter = 0; (letter = std::fgetc(pipe)) != EOF;) {
        text += static_cast<char>(letter);
    }
    pclose(pipe);
    while (text.ends_with('\n')) {
        text.pop_back();
    }
    return text;
}

inline core::User account(const char* name) {
    const passwd* entry = getpwnam(name);
    return {entry->pw_name, entry->pw_uid, entry->pw_gid, {entry->pw_gid}, entry->pw_dir, entry->pw_shell};
}

class ServiceLaunch : public testing::Test {
protected:
    ServiceLaunch() : name_(freshName()), unit_(core::transientUnitName(name_)) {
        if (const auto reachable = systemd::reachable(); !reachable) {
            throw std::runtime_error("this test needs systemd: " + reachable.error().message);
        }
        restartHealer();
    }
    ~ServiceLaunch() override {
        run("stop");
        run("reset-failed");
    }

    static std::string freshName() {
        static int count = 0;
        return "test@" + std::to_string(getpid()) + "-" + std::to_string(++count);
    }

    /// A new Healer, which knows nothing of the one before.
    void restartHealer() {
        service_.reset();
        manager_.emplace(loop_, log_);
        service_ = kind().make({loop_, log_, [this](core::Event event) { seen(event); }, &*manager_, {}});
        ASSERT_TRUE(until([&] { return manager_->isConnected(); }));
    }

    void seen(const core::Event& event) {
        if (const auto* finished = std::get_if<core::event::LaunchFinished>(&event)) {
            launches_.push_back(*finished);
        } else if (const auto* down = std::get_if<core::event::Down>(&event)) {
            downs_.push_back(*down);
        } else if (const auto* stopped = std::get_if<core::event::StoppedOnPurpose>(&event)) {
            stopped_.push_back(*stopped);
        } else if (!std::holds_alternative<core::event::JobUnderWay>(event) &&
                   !std::holds_alternative<core::event::StopUnderWay>(event)) {
            others_.push_back(event);
        }
    }

    template <typename Condition>
    bool until(Condition condition) {
        const auto deadline = runtime::Loop::bootTime() + kPatience;
        while (!condition()) {
            if (runtime::Loop::bootTime() > deadline) {
                return false;
            }
            loop_.runOnce(10ms);
        }
        return true;
    }

    /// Runs systemctl VERB UNIT to its end while the loop runs, as another process would.
    void run(const std::string& verb) {
        bool done = false;
        std::thread administrator([&] {
            const std::string command = "systemctl -q " + verb + " '" + unit_ + "' 2>/dev/null";
            (void)!std::system(command.c_str());
            __atomic_store_n(&done, true, __ATOMIC_RELEASE);
        });
        EXPECT_TRUE(until([&] { return __atomic_load_n(&done, __ATOMIC_ACQUIRE); }));
        administrator.join();
    }

    std::string property(const std::string& key) const {
        return output("systemctl show --value -p " + key + " '" + unit_ + "'");
    }

    /// The processes of the unit's control group.
    std::vector<pid_t> members() const {
        std::istringstream lines(test::readText("/sys/fs/cgroup/system.slice/" + unit_ + "/cgroup.procs"));
        return {std::istream_iterator<pid_t>(lines), {}};
    }

    LaunchOrder order(std::vector<std::string> command = {"/bin/sleep", "1000"},
                      std::optional<core::ProcessKey> predecessor = std::nullopt) {
        LaunchOrder order;
        order.name = name_;
        order.attempt = ++attempt_;
        order.afterFailure = true;
        order.predecessor = predecessor;
        order.command = {
            command.front(), {command.begin() + 1, command.end()}, account("root"), "/", {}, {}, {}};
        return order;
    }

    enum class Stop { orderly, forced };

    [[nodiscard]] StopOrder stopOrder(core::ProcessKey key, Stop how) const {
        return {.name = name_, .instance = key, .force = how == Stop::forced, .unit = unit_};
    }

    core::Result<core::Instance> launch(LaunchOrder order) {
        const auto before = launches_.size();
        service_->launch(std::move(order));
        EXPECT_EQ(launches_.size(), before);
        if (!until([&] { return launches_.size() > before; })) {
            return core::Error{"no answer"};
        }
        EXPECT_EQ(launches_.back().attempt, attempt_);
        return launches_.back().outcome;
    }

    /// The process of a launch that has to succeed; of one that has ended already, its PID only.
    core::ProcessKey launched(LaunchOrder order) {
        const auto outcome = launch(std::move(order));
        EXPECT_TRUE(outcome.ok()) << (outcome.ok() ? "" : outcome.error().message);
        if (!outcome) {
            return {};
        }
        return core::processOf(*outcome).value_or(core::ProcessKey{core::pidOf(*outcome), 0});
    }

    static bool lives(const core::Instance& instance) {
        const auto process = core::processOf(instance);
        return process && lives(*process);
    }
    static bool lives(core::ProcessKey key) {
        const auto pidfd = runtime::openPidfd(key);
        return pidfd && *pidfd && !runtime::hasExited(pidfd.value().get());
    }

    runtime::Loop loop_;
    StderrLog log_;
    std::optional<systemd::BusManager> manager_;
    std::unique_ptr<Launcher> service_;
    std::vector<core::event::LaunchFinished> launches_;
    std::vector<core::event::Down> downs_;
    std::vector<core::event::StoppedOnPurpose> stopped_;
    std::vector<core::Event> others_;
    std::uint64_t attempt_ = 0;
    std::string name_;
    std::string unit_;
};

} // namespace healer::launch::service
