// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launch/direct/kind.hpp"
#include "launch/session.hpp"
#include "runtime/loop.hpp"
#include "runtime/pidfd.hpp"
#include "runtime/spawn/spawn.hpp"
#include "support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace healer::launch::direct {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace fs = std::filesystem;

constexpr auto kPatience = 10s;

class QuietLog final : public runtime::Log {
    void write(const runtime::LogEntry&) override {}
};

/// The value behind "Key:" in a /proc/PID/status.
inline std::string statusField(pid_t pid, const std::string& key) {
    std::istringstream lines(test::readText("/proc/" + std::to_string(pid) + "/status"));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(key + ":")) {
            return line.substr(line.find_first_not_of(" \t", key.size() + 1));
        }
    }
    return {};
}

inline core::User self() {
    const passwd* entry = getpwuid(geteuid());
    core::User user{entry->pw_name, geteuid(), getegid(), {}, entry->pw_dir, entry->pw_shell};
    user.groups = {user.gid};
    return user;
}

/// An ordinary account with a supplementary group that is not its own.
inline core::User otherUser() {
    return {"nobody", 65534, 65534, {65534, 12, 34}, "/nonexistent", "/usr/sbin/nologin"};
}

class DirectLaunch : public testing::Test {
protected:
    DirectLaunch() : direct_(makeDirect(limits_)) {}
    ~DirectLaunch() override {
        for (const auto key : started_) {
            const auto pidfd = runtime::openPidfd(key);
            if (pidfd && *pidfd) {
                (void)runtime::sendSignal(pidfd.value().get(), SIGKILL);
                waitid(P_PIDFD, static_cast<id_t>(pidfd.value().get()), nullptr, WEXITED);
            }
        }
    }

    static std::vector<runtime::Limit> limitsToGive() {
        auto limits = runtime::currentLimits();
        for (auto& limit : limits) {
            if (limit.resource == RLIMIT_NOFILE) {
                limit.value.rlim_cur = 321;
            }
        }
        return limits;
    }

    std::unique_ptr<Launcher> makeDirect(std::vector<runtime::Limit> limits) {
        return kind().make({.loop = loop_,
                            .log = log_,
                            .report = [this](core::Event event) { seen(event); },
                            .limits = std::move(limits)});
    }

    enum class Stop { orderly, forced };

    static StopOrder stopOrder(core::ProcessKey key, Stop how, core::StopPlan plan = {}) {
        return {.name = "victim", .instance = key, .force = how == Stop::forced, .plan = plan};
    }

    void seen(const core::Event& event) {
        if (const auto* finished = std::get_if<core::event::LaunchFinished>(&event)) {
            launches_.push_back(*finished);
            if (finished->outcome) {
                started_.push_back(core::processOf(*finished->outcome).value());
            }
        } else if (const auto* down = std::get_if<core::event::Down>(&event)) {
            downs_.push_back(*down);
        } else if (const auto* stop = std::get_if<core::event::StopUnderWay>(&event)) {
            underWay_.push_back(stop->underWay);
        } else {
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

    LaunchOrder order(std::vector<std::string> args) {
        LaunchOrder order;
        order.name = "victim";
        order.attempt = ++attempt_;
        order.command = {HEALER_VICTIM, std::move(args), self(), "/", {}, {}, {}};
        return order;
    }

    /// Launches and answers the outcome.
    core::Result<core::ProcessKey> launch(LaunchOrder order) {
        const auto before = launches_.size();
        direct_->launch(std::move(order));
        EXPECT_EQ(launches_.size(), before) << "reported from within launch()";
        if (!until([&] { return launches_.size() > before; })) {
            return core::Error{"no answer"};
        }
        EXPECT_EQ(launches_.back().attempt, attempt_);
        const auto& outcome = launches_.back().outcome;
        if (!outcome) {
            return outcome.error();
        }
        const auto process = core::processOf(*outcome);
        return process ? core::Result(*process) : core::Error{"its start time could not be read"};
    }

    core::ProcessKey launched(LaunchOrder order) {
        const auto outcome = launch(std::move(order));
        EXPECT_TRUE(outcome.ok()) << (outcome.ok() ? "" : outcome.error().message);
        return outcome.ok() ? outcome.value() : core::ProcessKey{};
    }

    /// launched(), and the dynamic loader has done its part: the program is where it stays.
    core::ProcessKey atWork(LaunchOrder order) {
        const auto key = launched(std::move(order));
        EXPECT_TRUE(until(
            [&] { return test::readText("/proc/" + std::to_string(key.pid) + "/comm") == "at-work\n"; }));
        return key;
    }

    bool isReaped(core::ProcessKey key) {
        return until([&] { return runtime::keyOfPid(key.pid) != key; });
    }

    runtime::Loop loop_;
    QuietLog log_;
    std::vector<runtime::Limit> limits_ = limitsToGive();
    std::vector<core::event::LaunchFinished> launches_;
    std::vector<core::event::Down> downs_;
    std::vector<core::Event> others_;
    std::vector<bool> underWay_; ///< what was reported of stops
    std::vector<core::ProcessKey> started_;
    std::uint64_t attempt_ = 0;
    test::TemporaryFolder folder_{geteuid() == 0 ? "/run" : "/tmp"};
    fs::path directory_ = folder_.path();
    std::unique_ptr<Launcher> direct_;
};

} // namespace healer::launch::direct
