// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/event.hpp"
#include "monitor/monitor.hpp"
#include "runtime/loop.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace healer::test {

inline std::string victim(const std::string& name) {
    return std::string(HEALER_VICTIMS "/") + name;
}

class CapturedLog final : public runtime::Log {
public:
    void write(const runtime::LogEntry& entry) override { entries.push_back(entry); }
    [[nodiscard]] std::size_t warningsWith(const std::string& part) const {
        return static_cast<std::size_t>(std::ranges::count_if(entries, [&](const runtime::LogEntry& entry) {
            return entry.level == core::LogLevel::warn && entry.message.find(part) != std::string::npos;
        }));
    }
    std::vector<runtime::LogEntry> entries;
};

/// One monitor of a kind on a real loop, with what it reported.
struct Watched {
    core::ProcessPlan process;
    core::MonitorPlan plan;
    std::vector<core::Event> events;
    std::unique_ptr<monitor::Monitor> monitor;

    template <typename Event>
    [[nodiscard]] std::vector<Event> all() const {
        std::vector<Event> found;
        for (const auto& event : events) {
            if (const auto* one = std::get_if<Event>(&event)) {
                found.push_back(*one);
            }
        }
        return found;
    }
    [[nodiscard]] bool up(core::ProcessKey key) const {
        return std::ranges::any_of(all<core::event::Up>(),
                                   [&](const auto& up) { return up.instance == core::Instance(key); });
    }
    [[nodiscard]] std::size_t downs() const { return all<core::event::Down>().size(); }
    [[nodiscard]] std::size_t absents() const { return all<core::event::Absent>().size(); }
};

class MonitorBench {
public:
    explicit MonitorBench(const monitor::Kind& kind) : host(kind.makeHost({.loop = loop, .log = log})) {}

    std::unique_ptr<Watched> make(std::vector<std::string> argv, core::MonitorPlan plan, uid_t uid = 0) {
        auto watched = std::make_unique<Watched>();
        watched->process.name = "victim";
        watched->process.command.path = argv.front();
        watched->process.command.args.assign(argv.begin() + 1, argv.end());
        watched->process.command.user.uid = uid;
        watched->process.command.user.name = "worker";
        watched->plan = std::move(plan);
        watched->monitor = host->make({.process = watched->process,
                                       .plan = watched->plan,
                                       .report = [raw = watched.get()](core::Event event) {
                                           raw->events.push_back(std::move(event));
                                       }});
        return watched;
    }

    /// Runs the loop until `done`, at most ten seconds; false when it did not come about.
    bool until(const std::function<bool()>& done) {
        const auto end = runtime::Loop::bootTime() + std::chrono::seconds(10);
        while (!done()) {
            if (runtime::Loop::bootTime() >= end) {
                return false;
            }
            loop.runOnce(std::chrono::milliseconds(10));
        }
        return true;
    }
    /// Runs the loop until nothing more is ready, so that what should not be reported would have been.
    void settle() {
        while (loop.runOnce(std::chrono::milliseconds(30))) {
        }
    }

    runtime::Loop loop;
    CapturedLog log;
    std::unique_ptr<monitor::Host> host;
};

} // namespace healer::test
