// SPDX-License-Identifier: Apache-2.0
#include "bus/manager_properties.hpp"
#include "bus/process_properties.hpp"
#include "support/manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace healer::bus {

namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Process {
    std::string name = "web";
    core::ProcessView view;
    core::ProcessPlan plan;
    std::string unit;

    [[nodiscard]] ProcessFingerprint fingerprint() const {
        return fingerprintOf(kProcessProperties, ProcessFacts{name, view, plan, unit});
    }
};

template <typename Change>
std::vector<std::string> changedBy(const Change& change, const Process& before = {}) {
    Process after = before;
    change(after);
    const auto names = changedProperties(kProcessProperties, before.fingerprint(), after.fingerprint());
    return {names.begin(), names.end()};
}

TEST(ProcessProperties, EachDifferenceHasItsProperty) {
    EXPECT_THAT(changedBy([](Process&) {}), IsEmpty());
    EXPECT_THAT(changedBy([](Process& p) { p.view.state = core::State::tripped; }), ElementsAre("State"));
    EXPECT_THAT(changedBy([](Process& p) { p.view.breaker = core::BreakerState::open; }),
                ElementsAre("BreakerState"));
    EXPECT_THAT(changedBy([](Process& p) { p.view.breakerRetryAt = core::TimePoint(5s); }),
                ElementsAre("BreakerRetryUSec"));
    EXPECT_THAT(changedBy([](Process& p) { p.view.instance = core::ProcessKey{1, 1}; }), ElementsAre("PID"));
    EXPECT_THAT(changedBy([](Process& p) { p.view.restartCount = 1; }), ElementsAre("RestartCount"));
    EXPECT_THAT(changedBy([](Process& p) { p.view.activeSince = core::TimePoint(5s); }),
                ElementsAre("ActiveSinceUSec"));
    EXPECT_THAT(changedBy([](Process& p) { p.view.stateReason = "x"; }), ElementsAre("StateReason"));
    EXPECT_THAT(changedBy([](Process& p) { p.view.degraded = true; }), ElementsAre("Degraded"));
    EXPECT_THAT(changedBy([](Process& p) { p.unit = "x"; }), ElementsAre("Unit"));
    EXPECT_THAT(changedBy([](Process& p) { p.plan.command.path = "/x"; }), ElementsAre("Command"));
    EXPECT_THAT(changedBy([](Process& p) { p.plan.monitors.emplace_back().type = "x"; }),
                ElementsAre("Monitors"));
    EXPECT_THAT(changedBy([](Process& p) { p.plan.dependencies.emplace_back(); }),
                ElementsAre("Dependencies", "DependencyOrigins"));
}

/// The sender once was no part of the comparison.
TEST(ProcessProperties, EachFieldOfLastExitCounts) {
    Process process;
    EXPECT_THAT(changedBy([](Process& p) { p.view.lastExit = core::LastExit{}; }), ElementsAre("LastExit"));
    process.view.lastExit = core::LastExit{};
    process.view.lastExit->exit.sender = core::SignalSender{9, 77, 0, "kill"};
    for (const core::LastExitField& field : core::lastExitFields()) {
        const std::map<char, core::FieldValue> others{{'i', std::int32_t{15}},
                                                      {'u', std::uint32_t{78}},
                                                      {'t', std::uint64_t{79}},
                                                      {'s', std::string("exited")}};
        EXPECT_THAT(
            changedBy([&](Process& p) { field.set(*p.view.lastExit, others.at(field.type)); }, process),
            ElementsAre("LastExit"))
            << field.name;
    }
}

test::Words namesInXml(const std::string& interface) {
    return test::wordsIn(test::projectFile("dbus/" + interface + ".xml"), "<property name=\"([A-Za-z]+)\"");
}

template <typename Table>
test::Words namesInTable(const Table& table) {
    const auto names = namesOf(table);
    return {names.begin(), names.end()};
}

TEST(Properties, TablesHaveThoseOfTheXml) {
    EXPECT_EQ(namesInTable(kProcessProperties), namesInXml("org.healer.Process"));
    EXPECT_EQ(namesInTable(kManagerProperties), namesInXml("org.healer.Manager"));
}

TEST(LastExit, IsADictionaryOfWhatIsKnown) {
    core::LastExit last;
    EXPECT_EQ(toDictionary(knownFields(last)).size(), 1U);
    last.exit.reason = core::ExitReason::exited;
    last.exit.code = 3;
    last.exit.detail = "\xff";
    const Dictionary details = toDictionary(knownFields(last));
    EXPECT_EQ(details.size(), 3U);
    EXPECT_EQ(details.at("reason").get<std::string>(), "exited");
    EXPECT_EQ(details.at("code").get<std::int32_t>(), 3);
    EXPECT_EQ(details.at("detail").get<std::string>(), "\uFFFD");
}

} // namespace

} // namespace healer::bus
