// SPDX-License-Identifier: Apache-2.0
#include "simulation/scenario.hpp"

#include "unit/simulation/fixture.hpp"

#include <gmock/gmock.h>

namespace healer::simulation {
namespace {

using namespace std::chrono_literals;
using core::event::Verb;
using testing::ElementsAre;

const core::Plan kPlan = planOf({process("db"), process("web")});

TEST(Scenario, ReadsEverythingThatMayHappen) {
    const Scenario scenario = scenarioOf("duration_secs: 600\n"
                                         "start_secs: 0.5\n"
                                         "ready_secs: 2\n"
                                         "stop_secs: 3\n"
                                         "look_secs: 0\n"
                                         "events:\n"
                                         "  - {at_secs: 50, stop: web}\n"
                                         "  - {at_secs: 10, kill: [db, web]}\n"
                                         "  - {at_secs: 20.5, exit: {name: web, code: 7}}\n"
                                         "  - {at_secs: 30, hang: web, for_secs: 30}\n"
                                         "  - {at_secs: 31, hang: db}\n"
                                         "  - {at_secs: 40, fail_starts: db, for_secs: 60}\n"
                                         "  - {at_secs: 60, reset: web}\n",
                                         kPlan);
    EXPECT_EQ(scenario.length, 600s);
    EXPECT_EQ(scenario.habits.start, 500ms);
    EXPECT_EQ(scenario.habits.ready, 2s);
    EXPECT_EQ(scenario.habits.stop, 3s);
    EXPECT_EQ(scenario.habits.look, 0s);
    ASSERT_EQ(scenario.events.size(), 8U);
    EXPECT_EQ(scenario.events[0].process, "db");
    EXPECT_EQ(std::get<Ending>(scenario.events[0].what).exit.signal, 9);
    EXPECT_EQ(scenario.events[1].process, "web");
    EXPECT_EQ(scenario.events[2].at, 20'500ms);
    EXPECT_EQ(std::get<Ending>(scenario.events[2].what).exit.code, 7);
    EXPECT_EQ(std::get<Hang>(scenario.events[3].what).lasts, core::Duration(30s));
    EXPECT_EQ(std::get<Hang>(scenario.events[4].what).lasts, std::nullopt);
    EXPECT_EQ(std::get<FailingStarts>(scenario.events[5].what).lasts, core::Duration(60s));
    EXPECT_EQ(std::get<Verb>(scenario.events[6].what), Verb::stop);
    EXPECT_EQ(std::get<Verb>(scenario.events[7].what), Verb::resetBreaker);
}

TEST(Scenario, ErrorsNamePlaceKeyAndWhatWasMeant) {
    EXPECT_THAT(errorsOf("duration_secs: 60\nevent: []\n", kPlan),
                ElementsAre("s.yaml:2:1: event: unknown key (did you mean 'events'?)"));
    EXPECT_THAT(errorsOf("events: []\n", kPlan), ElementsAre("s.yaml:1:1: duration_secs: is required"));
    EXPECT_THAT(errorsOf("duration_secs: 60\nevents:\n  - {at_secs: 1, kill: webb}\n", kPlan),
                ElementsAre("s.yaml:3:24: events[0].kill: there is no process 'webb' in the configuration "
                            "(did you mean 'web'?)"));
    EXPECT_THAT(errorsOf("duration_secs: 60\nevents:\n  - {at_secs: 61, kill: web}\n", kPlan),
                ElementsAre(testing::HasSubstr("events[0].at_secs: is after the end of the scenario")));
    EXPECT_THAT(errorsOf("duration_secs: 60\nevents:\n  - {at_secs: 1}\n", kPlan),
                ElementsAre(testing::HasSubstr("needs exactly one of kill, exit")));
    EXPECT_THAT(errorsOf("duration_secs: 60\nevents:\n  - {at_secs: 1, kill: web, hang: web}\n", kPlan),
                ElementsAre(testing::HasSubstr("needs exactly one of kill, exit")));
    EXPECT_THAT(errorsOf("duration_secs: 60\nevents:\n  - {at_secs: 1, kill: web, for_secs: 2}\n", kPlan),
                ElementsAre(testing::HasSubstr("for_secs: goes with hang and fail_starts only")));
    EXPECT_THAT(
        errorsOf("duration_secs: 60\nevents:\n  - {at_secs: 1, exit: {name: web, code: 256}}\n", kPlan),
        ElementsAre(testing::HasSubstr("events[0].exit.code: ")));
    EXPECT_THAT(errorsOf("duration_secs: 60\nstart_secs: 0\n", kPlan),
                ElementsAre(testing::HasSubstr("s.yaml:2:13: start_secs: ")));
    EXPECT_THAT(errorsOf("- 1\n", kPlan), ElementsAre(testing::HasSubstr("must be a mapping")));
    EXPECT_THAT(errorsOf("a: [\n", kPlan), ElementsAre(testing::StartsWith("s.yaml:2:1: ")));
}

} // namespace
} // namespace healer::simulation
