// SPDX-License-Identifier: Apache-2.0
#include "healerctl/explanation.hpp"
#include "healerctl/reports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace healer::healerctl {

namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::uint64_t kNow = 1'700'000'000'000'000;
constexpr std::uint64_t kSecond = 1'000'000;

json process(const std::string& name, const std::string& state, std::uint32_t pid) {
    return {{"Name", name},
            {"State", state},
            {"BreakerState", "closed"},
            {"BreakerRetryUSec", std::uint64_t{0}},
            {"PID", pid},
            {"Unit", "healer-" + name + ".service"},
            {"ActiveSinceUSec", pid == 0 ? std::uint64_t{0} : kNow - 60 * kSecond},
            {"StateReason", "because"},
            {"Degraded", false},
            {"Dependencies", json::array()},
            {"LastExit", json::object()}};
}

json event(const std::string& kind, std::uint64_t incident, std::uint64_t secondsAgo) {
    return {{"event", kind},
            {"process", "web"},
            {"message", kind},
            {"incident", incident},
            {"time_usec", kNow - secondsAgo * kSecond}};
}

json finished(std::uint64_t incident, std::uint64_t secondsAgo, bool ok) {
    json entry = event("recovery-finished", incident, secondsAgo);
    entry["ok"] = ok;
    entry["duration_usec"] = std::uint64_t{14'000};
    if (ok) {
        entry["pid"] = 4243U;
    } else {
        entry["error"] = "no such file";
    }
    return entry;
}

class Why : public ::testing::Test {
protected:
    Evidence evidence() {
        Evidence result{.process = processStatus(evidence_.process),
                        .history = {},
                        .processes = {},
                        .observeOnly = evidence_.observeOnly,
                        .nowUsec = kNow,
                        .host = evidence_.host,
                        .container = evidence_.container};
        for (const json& entry : evidence_.history) {
            result.history.push_back(historyEvent(entry));
        }
        for (const json& other : evidence_.processes) {
            result.processes.push_back(processStatus(other));
        }
        return result;
    }
    Explanation answer() { return explain(evidence()); }
    std::vector<std::string> commands() {
        std::vector<std::string> result;
        for (const Advice& advice : answer().advice) {
            result.push_back(advice.command);
        }
        return result;
    }
    void is(const std::string& state, std::uint32_t pid) { evidence_.process = process("web", state, pid); }

    /// As D-Bus has it.
    struct {
        json process = healerctl::process("web", "running", 4243);
        std::vector<json> history;
        std::vector<json> processes;
        bool observeOnly = false;
        std::string host;
        std::string container;
    } evidence_;
};

TEST_F(Why, SaysHowItDiedAndWhoKilledIt) {
    evidence_.process["LastExit"] = {{"reason", "signaled"},
                                     {"signal", 9},
                                     {"pid", 4242U},
                                     {"time_usec", kNow - 120 * kSecond},
                                     {"runtime_usec", 180 * kSecond},
                                     {"sender_signal", 9},
                                     {"sender_pid", 77U},
                                     {"sender_uid", 0U},
                                     {"sender_comm", "oomd"}};
    EXPECT_THAT(answer().lastEnd, HasSubstr(", 2 min ago: killed by SIGKILL, sent by PID 77 (oomd) of UID 0, "
                                            "after running 3 min (PID 4242)"));
    evidence_.process["LastExit"] = {{"reason", "exited"},
                                     {"code", 0},
                                     {"sender_signal", 15},
                                     {"sender_uid", 1000U},
                                     {"sender_comm", "kill"}};
    EXPECT_EQ(answer().lastEnd, "exited with status 0, after a SIGTERM sent by a process outside the PID "
                                "namespace (kill) of UID 1000");
    evidence_.process["LastExit"] = {{"reason", "probe-failed"}, {"probe", "http://x/"}, {"detail", "503"}};
    EXPECT_EQ(answer().lastEnd, "failed its probe http://x/: 503");
    evidence_.process["LastExit"] = json::object();
    EXPECT_EQ(answer().lastEnd, "");
}

TEST_F(Why, SaysWhatHealerDidWithWhatResult) {
    evidence_.history = {finished(7, 10, true), event("recovery-started", 7, 11), finished(7, 12, false),
                         event("recovery-started", 7, 13), event("process-down", 7, 14)};
    EXPECT_EQ(answer().outcome, "Healer brought it up as PID 4243, after 14 ms; before that, 1 start failed");
    EXPECT_EQ(answer().incident.size(), 5U);
    is("recovering", 0);
    evidence_.history.erase(evidence_.history.begin());
    EXPECT_EQ(answer().outcome, "A start is under way; before that, 1 start failed");
    is("tripped", 0);
    evidence_.history.erase(evidence_.history.begin());
    EXPECT_EQ(answer().outcome, "1 start failed, the last one because: no such file");
    evidence_.history = {event("breaker-changed", 8, 1), event("process-down", 8, 2), finished(7, 3, true)};
    EXPECT_EQ(answer().outcome, "Healer has not started it since");
    EXPECT_EQ(answer().incident.size(), 2U) << "only the newest failure";
}

TEST_F(Why, SaysWhatItMeansThatNothingHasEnded) {
    EXPECT_EQ(answer().withoutEnd, "It has not ended since Healer began to watch it");
    is("tripped", 0);
    EXPECT_EQ(answer().withoutEnd, "It has not run since Healer began to watch it");
    is("disabled", 0);
    EXPECT_EQ(answer().withoutEnd, "Healer does not watch it");
    evidence_.process["LastExit"] = {{"reason", "vanished"}};
    EXPECT_EQ(answer().withoutEnd, "");
}

TEST_F(Why, ShowsTheStartsOfWhatHasNeverComeUp) {
    is("tripped", 0);
    evidence_.history = {event("breaker-changed", 0, 1), finished(0, 2, false),
                         event("recovery-started", 0, 3), finished(0, 4, false),
                         event("recovery-started", 0, 5)};
    EXPECT_EQ(answer().incident.size(), 5U);
    EXPECT_EQ(answer().outcome, "2 starts failed, the last one because: no such file");
    EXPECT_THAT(commands(), ::testing::Contains("journalctl -x HEALER_PROCESS=web"));
}

TEST_F(Why, WhatWasStoppedSinceIsNotSaidToBeUp) {
    is("stopped", 0);
    evidence_.history = {event("instance-ended", 7, 1), finished(7, 10, true)};
    EXPECT_EQ(answer().outcome, "Its last start succeeded, as PID 4243, after 14 ms");
}

TEST_F(Why, TheStateIsNotSaidTwice) {
    evidence_.process["StateReason"] = "running; its configuration has changed";
    EXPECT_THAT(answer().summary, HasSubstr("web is running: its configuration has changed, up since"));
}

TEST_F(Why, ALongIncidentIsShownByItsBeginningAndItsEnd) {
    is("tripped", 0);
    for (std::uint64_t i = 0; i < 40; ++i) {
        evidence_.history.push_back(finished(7, i, false));
        evidence_.history.back()["message"] = "number " + std::to_string(40 - i) + ".";
    }
    std::ostringstream out;
    const Terminal terminal{.out = out, .err = out, .nowUsec = kNow};
    printWhy(terminal, evidence(), answer());
    EXPECT_THAT(out.str(), HasSubstr("number 4.\n  ... 28 more events: healerctl history web\n"));
    EXPECT_THAT(out.str(), HasSubstr("number 33."));
    EXPECT_THAT(out.str(), Not(HasSubstr("number 32.")));
    EXPECT_THAT(out.str(), HasSubstr("40 starts failed"));
}

TEST_F(Why, CountsTheFailuresOfTheHourBefore) {
    evidence_.history = {event("process-down", 9, 10), event("process-down", 8, 30),
                         event("process-down", 7, 60), event("process-down", 6, 2 * 3600)};
    EXPECT_THAT(answer().earlier, HasSubstr("It went down 2 more times in the hour before that"));
    evidence_.history = {event("process-down", 9, 10), event("process-down", 6, 2 * 3600)};
    EXPECT_EQ(answer().earlier, "");
}

TEST_F(Why, EveryStateHasAFuture) {
    for (const char* state : {"disabled", "paused", "stopped", "starting", "running", "down", "deferred",
                              "backoff", "recovering", "tripped"}) {
        is(state, 0);
        EXPECT_THAT(answer().next, Not(IsEmpty())) << state;
        EXPECT_THAT(answer().summary, HasSubstr(std::string("web is ") + state + ": because"));
        EXPECT_THAT(commands(), Not(IsEmpty()));
    }
    is("running", 7);
    evidence_.process["BreakerState"] = "half-open";
    EXPECT_THAT(answer().next, HasSubstr("The breaker closes when"));
    evidence_.process["Degraded"] = true;
    EXPECT_THAT(answer().next, HasSubstr("It is degraded"));
    evidence_.observeOnly = true;
    EXPECT_THAT(answer().next, HasSubstr("only observes"));
}

TEST_F(Why, TellsWhenTheNextTrialIs) {
    is("tripped", 0);
    evidence_.process["BreakerState"] = "open";
    evidence_.process["BreakerRetryUSec"] = kNow + 130 * kSecond;
    EXPECT_THAT(answer().next, HasSubstr("One trial start in 2 min 10 s, at "));
    EXPECT_EQ(answer().nextUsec, kNow + 130 * kSecond);
    evidence_.process["BreakerRetryUSec"] = kNow - 1;
    EXPECT_THAT(answer().next, HasSubstr("One trial start at any moment"));
}

TEST_F(Why, AdvisesWhatFitsTheState) {
    EXPECT_THAT(commands(),
                ElementsAre("journalctl -u healer-web.service -n 50", "journalctl -x HEALER_PROCESS=web"));
    is("tripped", 0);
    evidence_.history = {event("process-down", 7, 14)};
    evidence_.process["LastExit"] = {
        {"reason", "core-dumped"}, {"pid", 4242U}, {"time_usec", kNow - kSecond / 2}};
    EXPECT_THAT(commands(),
                ElementsAre("journalctl -u healer-web.service -n 50 --until=@1700000000",
                            "journalctl -x HEALER_PROCESS=web HEALER_INCIDENT=7", "coredumpctl info 4242",
                            "healerctl restart web", "healerctl pause web"));
    is("stopped", 0);
    EXPECT_EQ(commands().back(), "healerctl start web");
    is("paused", 0);
    EXPECT_EQ(commands().back(), "healerctl resume web");
    is("disabled", 0);
    EXPECT_EQ(commands().back(), "healerctl reload");
    is("down", 0);
    evidence_.process["Unit"] = "nginx.service";
    EXPECT_THAT(commands(), ::testing::Contains("systemctl status nginx.service"));
    EXPECT_EQ(commands().back(), "healerctl restart web");
}

TEST_F(Why, AdviceReachesTheSameHealer) {
    is("stopped", 0);
    evidence_.host = "root@box";
    EXPECT_THAT(commands(), ElementsAre("ssh root@box journalctl -u healer-web.service -n 50",
                                        "ssh root@box journalctl -x HEALER_PROCESS=web",
                                        "healerctl -H root@box start web"));
    evidence_.host = "";
    evidence_.container = "box";
    EXPECT_THAT(commands(),
                ElementsAre("journalctl -M box -u healer-web.service -n 50",
                            "journalctl -M box -x HEALER_PROCESS=web", "healerctl -M box start web"));
}

TEST_F(Why, NamesWhatItWaitsForAndWhatWaitsForIt) {
    is("deferred", 0);
    const json needs = {{{"target", "db"}, {"kind", "requires"}, {"hard", true}, {"on_failure", "abort"}}};
    evidence_.process["Dependencies"] = needs;
    json app = process("app", "deferred", 0);
    app["Dependencies"] = {{{"target", "web"}, {"kind", "after"}, {"hard", true}, {"on_failure", "abort"}}};
    evidence_.processes = {app, process("db", "tripped", 0), evidence_.process};
    EXPECT_THAT(answer().neighbours, ElementsAre("requires db (tripped)", "needed by app (deferred)"));
    EXPECT_THAT(commands(), ::testing::IsSupersetOf({"healerctl why db", "healerctl restart web"}));
}

TEST_F(Why, AnswersTheQuestionsInOrder) {
    is("tripped", 0);
    evidence_.history = {event("process-down", 7, 14)};
    std::ostringstream out;
    const Terminal terminal{.out = out, .err = out, .nowUsec = kNow};
    printWhy(terminal, evidence(), answer());
    std::size_t at = 0;
    for (const char* part :
         {"● web is tripped: because\n", "\nWhat happened:\n", "\nWhat Healer did about it:\n",
          "process-down", "  Healer has not started it since\n", "\nWhat comes next:\n",
          "\nWhat you can type:\n", "healerctl restart web", "# start it now"}) {
        at = out.str().find(part, at);
        ASSERT_NE(at, std::string::npos) << part << " is missing or stands too early in:\n" << out.str();
    }
}

TEST_F(Why, NothingFromTheDaemonSteersTheTerminal) {
    is("\x1b[1m", 0);
    for (const char* key : {"Name", "StateReason", "Unit"}) {
        evidence_.process[key] = "\x1b[2J";
    }
    evidence_.process["LastExit"] = {
        {"reason", "signaled"},  {"signal", 9},      {"sender_pid", 7U}, {"sender_uid", 0U},
        {"sender_comm", "\x1b"}, {"detail", "\x1b"}, {"pid", 1U}};
    evidence_.process["Dependencies"] = {{{"target", "\x1b"}, {"kind", "\x1b"}}};
    json failed = finished(7, 1, false);
    failed["error"] = "\x1b";
    evidence_.history = {failed};
    evidence_.processes = {evidence_.process};
    std::ostringstream out;
    const Terminal terminal{.out = out, .err = out, .nowUsec = kNow};
    printWhy(terminal, evidence(), answer());
    printWhyAsJson(terminal, evidence(), answer());
    EXPECT_THAT(out.str(), Not(HasSubstr("\x1b")));
}

} // namespace

} // namespace healer::healerctl
