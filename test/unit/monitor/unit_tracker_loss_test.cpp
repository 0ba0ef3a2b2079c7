// SPDX-License-Identifier: Apache-2.0
// What the tracker makes of jobs that it could not see, or could not judge in time.
#include "unit/monitor/unit_tracker_fixture.hpp"

namespace healer::monitor::unit {
namespace {

TEST_F(Tracker, aStopThatIsKnownIsNoNewsAfterALostConnection) {
    upAs(10);
    job(5, "done");
    auto stopped = inactive();
    stopped.activeExit = 100;
    stopped.execMainExit = 200;
    EXPECT_THAT(report(stopped), ElementsAre("stopped", "down 10 signaled"));
    tracker.lost();
    EXPECT_FALSE(tracker.needsJournal(stopped));
    EXPECT_THAT(report(stopped), IsEmpty());
}

TEST_F(Tracker, aRestartThatFailedUnseenIsNoStop) {
    upAs(10);
    tracker.lost();
    auto reset = inactive(); // a failure that was reset, so that the times alone say that it was stopped
    reset.activeExit = 100;
    reset.execMainExit = 200;
    EXPECT_TRUE(tracker.needsJournal(reset));
    tracker.heardFromJournal(systemd::LastJob::start);
    EXPECT_THAT(report(reset), ElementsAre("down 10 signaled"));
}

TEST_F(Tracker, aJobThatLeftItUpExplainsNoEndAlsoWhereItCouldNotBeLookedAt) {
    upAs(10);
    job(5, "done"); // a start of what runs
    tracker.unreadable(running());
    EXPECT_THAT(report(failed()), ElementsAre("down 10 signaled"));
}

TEST_F(Tracker, whatAnEarlierHealerKnewIsRememberedOverALostConnection) {
    tracker.expect(core::Instance(core::ProcessKey{10, 7}), core::Duration(0));
    tracker.lost(); // before anything was read
    auto unloaded = inactive("");
    unloaded.activeExit = 0;
    EXPECT_TRUE(tracker.needsJournal(unloaded));
    tracker.heardFromJournal(systemd::LastJob::stop);
    tracker.ask();
    EXPECT_THAT(report(unloaded), ElementsAre("stopped", "absent: unit web.service is inactive"));
}

} // namespace
} // namespace healer::monitor::unit
