// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/shown_url.hpp"
#include "integration/network_probe/local_server.hpp"
#include "monitor/kinds.hpp"
#include "support/monitor_bench.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <iterator>

namespace healer::test {

using namespace std::chrono_literals;

inline core::MonitorPlan networkPlan(const std::string& url, core::Duration timeout = 1s) {
    return {.type = "network",
            .args = {{"target_url", url},
                     {"interval_secs", core::Duration(100ms)},
                     {"timeout_secs", timeout},
                     {"failure_threshold", std::int64_t{1}},
                     {"success_threshold", std::int64_t{1}},
                     {"start_grace_secs", core::Duration(0)},
                     {"expected_status", std::string("200-399")},
                     {"insecure", false}},
            .confirmsStart = true,
            .role = core::MonitorRole::probe};
}

inline std::ptrdiff_t openDescriptors() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

struct NetworkProbe : testing::Test {
    MonitorBench bench{monitor::network::kind()};
    TemporaryFolder folder;

    std::unique_ptr<Watched> make(core::MonitorPlan plan) {
        return bench.make({"/bin/true"}, std::move(plan));
    }
    std::unique_ptr<Watched> watching(core::MonitorPlan plan) {
        auto watched = make(std::move(plan));
        watched->monitor->start(std::nullopt);
        return watched;
    }
    /// The one answer to start(): "healthy", or why not.
    std::string answer(core::MonitorPlan plan) {
        plan.args["interval_secs"] = core::Duration(1000s);
        const std::string url = core::shownUrl(std::get<std::string>(plan.args["target_url"]));
        const auto watched = watching(std::move(plan));
        EXPECT_TRUE(watched->events.empty()) << "nothing is reported from within start()";
        EXPECT_TRUE(bench.until([&] { return !watched->events.empty(); })) << url;
        EXPECT_EQ(watched->events.size() - watched->all<core::event::Inconclusive>().size(), 1U);
        const auto absents = watched->all<core::event::Absent>();
        if (absents.empty()) {
            return watched->all<core::event::Healthy>().empty() ? "neither" : "healthy";
        }
        EXPECT_TRUE(absents.front().detail.starts_with(url + ": "));
        return absents.front().detail.substr(url.size() + 2);
    }
    std::string answer(const std::string& url, core::Duration timeout = 1s) {
        return answer(networkPlan(url, timeout));
    }
};

} // namespace healer::test
