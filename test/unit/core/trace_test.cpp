// SPDX-License-Identifier: Apache-2.0
#include "core/trace.hpp"

#include <gtest/gtest.h>

namespace healer::core {
namespace {

using namespace std::chrono_literals;

TEST(Trace, SaysWhatIsReported) {
    const Trace up = traceOf(event::Up{"web", ProcessKey{7, 1}});
    EXPECT_EQ(up.process, "web");
    EXPECT_EQ(up.text, "a monitor sees PID 7");
    EXPECT_EQ(traceOf(event::Down{"web", ProcessKey{7, 1}, exitFromWaitStatus(9)}).text,
              "PID 7 has ended: killed by SIGKILL");
    EXPECT_EQ(traceOf(event::Absent{"web", "PID file is empty"}).text,
              "no instance is found: PID file is empty");
    EXPECT_EQ(traceOf(event::Unhealthy{"web", 1, "tcp://x:1", "refused"}).text,
              "fails: the probe tcp://x:1: refused");
    EXPECT_EQ(traceOf(event::LaunchFinished{"web", 3, Error{"no such file", ErrorKind::failed}}).text,
              "start 3 has failed: no such file");
}

TEST(Trace, SaysWhatIsDecided) {
    action::Launch launch;
    launch.name = "web";
    launch.attempt = 3;
    launch.predecessor = ProcessKey{7, 1};
    launch.launcher = "service";
    launch.unit = "healer-web.service";
    EXPECT_EQ(traceOf(Action(launch))->text,
              "start 3 is ordered by service in healer-web.service, after the end of PID 7");
    action::Stop stop{.name = "web", .instance = ProcessKey{7, 1}};
    stop.plan.timeout = 3s;
    EXPECT_EQ(traceOf(Action(stop))->text, "PID 7 is ended by SIGTERM, within 3 s");
    stop.force = true;
    EXPECT_EQ(traceOf(Action(stop))->text, "PID 7 is ended by SIGKILL");
    EXPECT_FALSE(traceOf(Action(action::Changed{"web"}))) << "the view says more";
    ProcessView view;
    view.name = "web";
    view.state = State::backoff;
    view.stateReason = "waits 1 s";
    EXPECT_EQ(traceOf(view).text, "is backoff: waits 1 s");
}

} // namespace
} // namespace healer::core
