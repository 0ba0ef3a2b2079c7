// SPDX-License-Identifier: Apache-2.0
#include "unit/core/coordinator_fixture.hpp"

namespace healer::core::test {
namespace {

/// What operators do with systemctl to a unit that Healer has started.
class OperatorJobsTest : public CoordinatorTest {
protected:
    /// The instance ends because of a job that is under way.
    static void endByJob(World& w, int status = 15) {
        w.report(event::JobUnderWay{"web", true});
        w.kill("web", status);
        w.pass(100ms);
    }
    static void jobEnds(World& w) {
        w.report(event::JobUnderWay{"web", false});
        w.pass(100ms);
    }
    /// What follows when the job was a restart: the successor runs.
    static ProcessKey restarted(World& w) {
        endByJob(w);
        const auto key = w.startUnnoticed("web");
        w.report(event::StartedOnPurpose{"web"});
        w.report(event::Up{"web", key});
        jobEnds(w);
        return key;
    }
};

TEST_F(OperatorJobsTest, ARestartIsNoIncidentHoweverOften) {
    World& w = up();
    for (int i = 0; i < 10; ++i) {
        const auto key = restarted(w);
        EXPECT_EQ(w.state("web"), State::running);
        EXPECT_EQ(w.pid("web"), key.pid);
    }
    EXPECT_EQ(w.view("web").restartCount, 0U);
    EXPECT_EQ(w.view("web").breaker, BreakerState::closed);
    EXPECT_TRUE(w.notices<notice::ProcessDown>("web").empty());
    EXPECT_EQ(w.copies("web"), 1U);

    w.kill("web");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running) << "the next end is a failure as ever";
    EXPECT_EQ(w.view("web").restartCount, 1U);
    EXPECT_EQ(w.notices<notice::ProcessDown>("web").size(), 1U);
}

TEST_F(OperatorJobsTest, AnEndDuringAJobIsJudgedWhenTheJobHasEnded) {
    World& w = up();
    endByJob(w, 9);
    EXPECT_TRUE(w.notices<notice::ProcessDown>("web").empty());
    EXPECT_EQ(w.launches("web"), 1);
    jobEnds(w);
    EXPECT_EQ(w.notices<notice::ProcessDown>("web").size(), 1U);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.launches("web"), 2);
}

TEST_F(OperatorJobsTest, AStopStaysAStopHoweverTheProgramEnded) {
    for (const int status : {0, 9, 15, 143 << 8}) {
        World& w = up();
        endByJob(w, status);
        w.report(event::StoppedOnPurpose{"web", "stopped through systemd"});
        jobEnds(w);
        w.pass(600s);
        EXPECT_EQ(w.state("web"), State::stopped) << status;
        EXPECT_EQ(w.copies("web"), 0U);
        EXPECT_TRUE(w.notices<notice::ProcessDown>("web").empty());
    }
}

TEST_F(OperatorJobsTest, ARestartWhoseSuccessorIsToBeFoundCostsNoAttempt) {
    World& w = up();
    endByJob(w);
    (void)w.startUnnoticed("web");
    w.report(event::StartedOnPurpose{"web"});
    jobEnds(w);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.view("web").restartCount, 0U);
    EXPECT_EQ(w.copies("web"), 1U);
}

TEST_F(OperatorJobsTest, ARestartThatFailsIsHealed) {
    World& w = up();
    endByJob(w);
    w.report(event::StartedOnPurpose{"web"});
    jobEnds(w);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.view("web").restartCount, 1U);
}

TEST_F(OperatorJobsTest, AStartThroughSystemdEndsAStopThroughHealer) {
    World& w = up();
    (void)w.request(Verb::stop, "web");
    w.pass(1s);
    ASSERT_EQ(w.state("web"), State::stopped);
    const auto key = w.startUnnoticed("web");
    w.report(event::StartedOnPurpose{"web"});
    w.report(event::Up{"web", key});
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
    w.kill("web");
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running) << "it is healed again";
}

TEST_F(OperatorJobsTest, AStartThroughSystemdThatFailsIsTheLastWordToo) {
    World& w = up();
    (void)w.request(Verb::stop, "web");
    w.pass(1s);
    w.report(event::StartedOnPurpose{"web"});
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
}

TEST_F(OperatorJobsTest, AStartThroughSystemdEndsNoPause) {
    World& w = up();
    (void)w.request(Verb::pause, "web");
    w.kill("web");
    w.pass(1s);
    w.report(event::StartedOnPurpose{"web"});
    w.pass(60s);
    EXPECT_EQ(w.state("web"), State::paused);
    EXPECT_EQ(w.copies("web"), 0U);
}

TEST_F(OperatorJobsTest, AStartThroughSystemdResetsTheBreaker) {
    World& w = tripped();
    w.report(event::StartedOnPurpose{"web"});
    w.pass(1s);
    EXPECT_EQ(w.state("web"), State::running);
    EXPECT_EQ(w.view("web").breaker, BreakerState::closed);
}

} // namespace
} // namespace healer::core::test
