// SPDX-License-Identifier: Apache-2.0
#include "healerctl/commands.hpp"
#include "healerctl/event_line.hpp"
#include "healerctl/reports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

namespace healer::healerctl {

namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::uint64_t kNow = 1'700'000'000'000'000;

json process(const std::string& name, const std::string& state, std::uint32_t pid) {
    return {{"Name", name},
            {"State", state},
            {"BreakerState", "closed"},
            {"BreakerRetryUSec", std::uint64_t{0}},
            {"PID", pid},
            {"Unit", "healer-" + name + ".service"},
            {"Command", {"/bin/" + name, "two words"}},
            {"Monitors", {"ebpf", "pid"}},
            {"RestartCount", std::uint64_t{2}},
            {"ActiveSinceUSec", pid == 0 ? std::uint64_t{0} : kNow - 60'000'000},
            {"StateReason", "because"},
            {"Degraded", false},
            {"Dependencies", json::array()},
            {"LastExit", json::object()}};
}

class FakeDaemon : public Daemon {
public:
    std::vector<ProcessStatus> processes() override {
        std::vector<ProcessStatus> result;
        for (const auto& [name, value] : known) {
            result.push_back(processStatus(value));
        }
        return result;
    }
    ProcessStatus process(const std::string& name) override {
        mustExist(name);
        return processStatus(known.at(name));
    }
    ManagerStatus manager() override {
        return managerStatus({{"Version", "1"},
                              {"ProcessCount", 2U},
                              {"DownCount", std::uint64_t{1}},
                              {"LastReloadError", reloadError}});
    }
    std::vector<HistoryEvent> history(const std::string& name, std::uint32_t max) override {
        if (!name.empty()) {
            mustExist(name);
        }
        asked = max;
        std::vector<HistoryEvent> result;
        for (const json& entry : entries) {
            result.push_back(historyEvent(entry));
        }
        return result;
    }
    std::optional<std::uint32_t> change(Verb verb, const std::string& name) override {
        mustExist(name);
        changes.emplace_back(name);
        if (const auto found = failures.find(name); found != failures.end()) {
            throw CallFailure(found->second, failureText);
        }
        if (verb == Verb::start && known.at(name).at("PID") != 0) {
            return known.at(name).at("PID").get<std::uint32_t>();
        }
        return verb == Verb::restart || verb == Verb::start ? std::optional<std::uint32_t>(42) : std::nullopt;
    }
    json reload() override {
        return {{"Added", {"x"}}, {"Changed", json::array()}, {"Removed", json::array()}};
    }

    void mustExist(const std::string& name) const {
        if (!known.contains(name)) {
            throw CallFailure("org.healer.Error.NoSuchProcess", "no");
        }
    }

    std::map<std::string, json> known{{"web", healerctl::process("web", "running", 7)},
                                      {"db", healerctl::process("db", "tripped", 0)}};
    std::map<std::string, std::string> failures;
    std::string failureText = "no luck";
    std::string reloadError;
    std::vector<json> entries;
    std::vector<std::string> changes;
    std::uint32_t asked = 0;
};

class Commands : public ::testing::Test {
protected:
    int run(const std::vector<std::string>& arguments) {
        const Options options = std::get<Options>(parseOptions(arguments));
        terminal_.json = options.json;
        out_.str("");
        err_.str("");
        return runCommand(options, daemon_, terminal_);
    }

    FakeDaemon daemon_;
    std::ostringstream out_;
    std::ostringstream err_;
    Terminal terminal_{.out = out_, .err = err_, .nowUsec = kNow};
};

TEST_F(Commands, ListHasALineAProcess) {
    EXPECT_EQ(run({}), 0);
    EXPECT_THAT(out_.str(), HasSubstr("NAME  STATE    BREAKER  PID  SINCE     RESTARTS  REASON\n"));
    EXPECT_THAT(out_.str(), HasSubstr("web   running  closed   7    60 s ago  2         because\n"));
    EXPECT_THAT(out_.str(), HasSubstr("2 processes, 1 up\n"));
    EXPECT_THAT(out_.str(), Not(HasSubstr("\x1b"))) << "no colours where none are wanted";
    terminal_.colour = true;
    EXPECT_EQ(run({}), 0);
    EXPECT_THAT(out_.str(), HasSubstr("\x1b[32mrunning"));
}

TEST_F(Commands, ListOfSomeIsALineEach) {
    EXPECT_EQ(run({"list", "web"}), kDone);
    EXPECT_THAT(out_.str(), HasSubstr("web   running"));
    EXPECT_THAT(out_.str(), Not(HasSubstr("db")));
    EXPECT_EQ(run({"list", "webb", "db"}), kNoSuchProcess);
    EXPECT_THAT(out_.str(), HasSubstr("db    tripped"));
    EXPECT_THAT(err_.str(), HasSubstr("no such process: webb; did you mean web?"));
    EXPECT_EQ(run({"list", "webb"}), kNoSuchProcess);
    EXPECT_EQ(out_.str(), "");
    EXPECT_EQ(run({"--json=short", "list", "db", "webb"}), kNoSuchProcess);
    EXPECT_EQ(json::parse(out_.str()).size(), 1U);
}

TEST_F(Commands, ListFitsTheTerminal) {
    daemon_.known["web"]["StateReason"] =
        "a reason\nthat is longer than the terminal is wide, by far and away";
    terminal_.width = 80;
    EXPECT_EQ(run({}), kDone);
    std::istringstream lines(out_.str());
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(line.size(), 80U) << line;
    }
    EXPECT_THAT(out_.str(), HasSubstr("a reason that is"));
    terminal_.width = 0;
    EXPECT_EQ(run({}), kDone);
    EXPECT_THAT(out_.str(), HasSubstr("by far and away\n")) << "no terminal: nothing is cut";
}

TEST_F(Commands, JsonHasThePropertyNames) {
    EXPECT_EQ(run({"--json=short", "list"}), 0);
    const json document = json::parse(out_.str());
    ASSERT_EQ(document.size(), 2U);
    EXPECT_EQ(document[0]["Name"], "db");
    EXPECT_EQ(document[1]["PID"], 7);
    EXPECT_EQ(run({"--json=pretty", "status", "web"}), 0);
    EXPECT_EQ(json::parse(out_.str())["ActiveSinceUSec"], kNow - 60'000'000);
}

TEST_F(Commands, StatusExplainsAndItsExitStatusTells) {
    EXPECT_EQ(run({"status", "web"}), kDone);
    EXPECT_EQ(daemon_.asked, 10U);
    json& db = daemon_.known["db"];
    db["BreakerState"] = "open";
    db["BreakerRetryUSec"] = kNow + 130'000'000;
    db["LastExit"] = {{"reason", "signaled"}, {"signal", 9}, {"runtime_usec", std::uint64_t{180'000'000}}};
    EXPECT_EQ(run({"status", "db"}), kNotUp);
    EXPECT_THAT(out_.str(), HasSubstr("● db\n"));
    EXPECT_THAT(out_.str(), HasSubstr("State: tripped\n"));
    EXPECT_THAT(out_.str(), HasSubstr("Breaker: open, next trial in 2 min 10 s, at "));
    EXPECT_THAT(out_.str(), HasSubstr("Last exit: killed by SIGKILL, after running 3 min\n"));
    EXPECT_THAT(out_.str(), HasSubstr("Command: /bin/db 'two words'\n"));
    EXPECT_THAT(out_.str(), HasSubstr("Monitors: ebpf, pid\n"));
    EXPECT_EQ(run({"status", "web", "db"}), kNotUp);
    EXPECT_EQ(run({"status"}), kDone);
    EXPECT_THAT(out_.str(), HasSubstr("Healer 1"));
}

TEST_F(Commands, DepsShowsTheGraphOrOneProcess) {
    daemon_.known["web"]["Dependencies"] = {
        {{"target", "db"}, {"kind", "requires"}, {"hard", true}, {"on_failure", "skip"}}};
    EXPECT_EQ(run({"deps"}), kDone);
    EXPECT_EQ(out_.str(),
              "web (running)\n└─ requires db (tripped), hard, on failure: skip  [configuration]\n");
    EXPECT_EQ(run({"deps", "db"}), kDone);
    EXPECT_EQ(out_.str(), "db (tripped)\nNeeded by: web\n");
    EXPECT_EQ(run({"deps", "webb"}), kNoSuchProcess);
    EXPECT_EQ(run({"deps", "--json=short"}), kDone);
    EXPECT_EQ(json::parse(out_.str())[0]["target_state"], "tripped");
}

TEST_F(Commands, UnknownProcessGetsAHint) {
    EXPECT_EQ(run({"status", "webb"}), kNoSuchProcess);
    EXPECT_THAT(err_.str(), HasSubstr("no such process: webb; did you mean web?"));
    EXPECT_EQ(run({"restart", "zzzzzz"}), kNoSuchProcess);
    EXPECT_THAT(err_.str(), Not(HasSubstr("did you mean")));
}

TEST_F(Commands, StartSaysWhatIsTrue) {
    EXPECT_EQ(run({"start", "db"}), kDone);
    EXPECT_EQ(out_.str(), "db: started, PID 42\n");
    EXPECT_EQ(run({"start", "web"}), kDone);
    EXPECT_EQ(out_.str(), "web: it is running already, PID 7\n");
    daemon_.known["web"]["State"] = "paused";
    EXPECT_EQ(run({"start", "web"}), kDone);
    EXPECT_EQ(out_.str(),
              "web: it is running already, PID 7; it is still paused: not recovered when it goes down, "
              "until healerctl resume web\n");
    EXPECT_EQ(run({"restart", "web"}), kDone);
    EXPECT_THAT(out_.str(), HasSubstr("web: restarted, PID 42; it is still paused"));
    EXPECT_EQ(run({"--json=short", "restart", "web"}), kDone);
    EXPECT_EQ(json::parse(out_.str())["State"], "paused");
}

TEST_F(Commands, OtherRequestsSayWhatHoldsAfterThem) {
    EXPECT_EQ(run({"stop", "web"}), kDone);
    EXPECT_EQ(out_.str(), "web: stopped; it stays stopped until healerctl start web\n");
    EXPECT_EQ(run({"resume", "web"}), kDone);
    EXPECT_EQ(out_.str(), "web: it is not paused\n");
    EXPECT_EQ(run({"pause", "web", "db"}), kDone);
    EXPECT_EQ(out_.str(), "web: paused, until healerctl resume web\n"
                          "db: paused; it is down, and not started until healerctl resume db\n");
    daemon_.known["web"]["State"] = "stopped";
    EXPECT_EQ(run({"stop", "web"}), kDone);
    EXPECT_THAT(out_.str(), HasSubstr("web: it is stopped already"));
    EXPECT_EQ(run({"reset", "db"}), kDone);
    EXPECT_EQ(out_.str(), "db: breaker reset\n");
}

TEST_F(Commands, AnErrorOfSeveralLinesKeepsThem) {
    daemon_.failures["db"] = "org.healer.Error.InvalidConfig";
    daemon_.failureText = "a.yaml:1:1: bad\n  - name: \x1b[1m";
    EXPECT_EQ(run({"restart", "db"}), kFailed);
    EXPECT_EQ(err_.str(), "healerctl: db: a.yaml:1:1: bad\n      - name: \\x1b[1m\n");
    err_.str("");
    EXPECT_EQ(
        report(terminal_, CallFailure("org.healer.Error.InvalidConfig", "a.yaml:1:1: bad\nb.yaml:2:1: bad")),
        kFailed);
    EXPECT_EQ(err_.str(), "healerctl: a.yaml:1:1: bad\n    b.yaml:2:1: bad\n");
    daemon_.reloadError = "a.yaml:1:1: bad\nb.yaml:2:1: bad";
    EXPECT_EQ(run({"status"}), kDone);
    EXPECT_THAT(out_.str(), HasSubstr("a.yaml:1:1: bad\n              b.yaml:2:1: bad\n"));
}

TEST_F(Commands, GoesOnAfterAFailureAndEndsWithTheFirst) {
    daemon_.failures["db"] = "org.healer.Error.Busy";
    EXPECT_EQ(run({"restart", "db", "nope", "web"}), kFailed);
    EXPECT_THAT(daemon_.changes, ElementsAre("db", "web"));
    EXPECT_EQ(out_.str(), "web: restarted, PID 42\n");
    EXPECT_THAT(err_.str(), HasSubstr("db: no luck"));
    EXPECT_EQ(run({"stop", "nope", "db"}), kNoSuchProcess);
}

TEST_F(Commands, TextOfTheDaemonCannotSteerTheTerminal) {
    daemon_.known["web"]["StateReason"] = "\x1b]0;owned\a";
    daemon_.known["web"]["Command"] = {"/bin/x", "\x1b[2J"};
    daemon_.known["web"]["LastExit"] = {{"reason", "exited"}, {"code", 1}, {"detail", "\x1b[1m"}};
    daemon_.entries = {
        {{"event", "\x1b"}, {"process", "\x1b"}, {"message", "\x1b"}, {"incident", std::uint64_t{1}}}};
    for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
             {"list"}, {"status", "web"}, {"history"}, {"why", "web"}, {"--json=short", "status", "web"}}) {
        EXPECT_EQ(run(arguments), 0);
        EXPECT_THAT(out_.str(), Not(HasSubstr("\x1b"))) << arguments[0];
        EXPECT_THAT(out_.str(), Not(HasSubstr("\a"))) << arguments[0];
    }
}

TEST_F(Commands, HistoryIsPrintedOldestFirst) {
    daemon_.entries = {{{"event", "recovery-finished"}, {"process", "web"}, {"message", "second"}},
                       {{"event", "process-down"}, {"process", "web"}, {"message", "first"}}};
    EXPECT_EQ(run({"history", "-n", "7"}), 0);
    EXPECT_EQ(daemon_.asked, 7U);
    EXPECT_LT(out_.str().find("first"), out_.str().find("second"));
}

TEST_F(Commands, WhyExplains) {
    EXPECT_EQ(run({"why", "db"}), kDone);
    EXPECT_THAT(out_.str(), HasSubstr("● db is tripped: because\n"));
    EXPECT_EQ(daemon_.asked, 100U);
    EXPECT_EQ(run({"--json=short", "why", "web"}), kDone);
    const json document = json::parse(out_.str());
    EXPECT_EQ(document["Name"], "web");
    EXPECT_EQ(document["Explanation"]["Commands"][0]["Command"], "journalctl -u healer-web.service -n 50");
    EXPECT_EQ(run({"why", "webb"}), kNoSuchProcess);
}

TEST_F(Commands, ReloadNamesWhatChanged) {
    EXPECT_EQ(run({"reload"}), 0);
    EXPECT_EQ(out_.str(), "Added x\n");
}

TEST(Status, TakesWhateverTheDaemonSends) {
    const ProcessStatus status =
        processStatus({{"Name", 7}, {"State", "dreaming"}, {"PID", "none"}, {"LastExit", json::array()}});
    EXPECT_EQ(status.name, "");
    EXPECT_EQ(status.stateWord, "dreaming");
    EXPECT_EQ(status.state, std::nullopt) << "a state of another version";
    EXPECT_EQ(status.pid, 0U);
    EXPECT_EQ(status.lastExit, std::nullopt);
    EXPECT_EQ(
        processStatus({{"LastExit", {{"reason", "signaled"}, {"signal", 9}, {"code", "x"}}}}).lastExit->exit,
        core::exitFromWaitStatus(9));
}

TEST(EventPrinter, ReportsWhatWasMissedAndStartsAgainWithANewHealer) {
    std::ostringstream out;
    const Terminal terminal{.out = out, .err = out, .json = JsonStyle::shortLines};
    EventPrinter printer(terminal);
    const auto event = [](std::uint64_t seq) {
        const core::notice::RecoveryStarted started{core::notice::Cause::unknown, 1};
        return SeenEvent{seq, core::render("web", started), {{"attempt", 1U}}};
    };
    printer.event(event(5), kNow);
    printer.event(event(6), kNow);
    printer.event(event(9), kNow);
    printer.daemonGone(kNow);
    printer.daemonThere(kNow);
    printer.event(event(1), kNow);
    std::vector<std::string> kinds;
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) {
        kinds.push_back(json::parse(line)["event"]);
    }
    EXPECT_THAT(kinds, ElementsAre("recovery-started", "recovery-started", "missed", "recovery-started",
                                   "healer-gone", "healer-there", "recovery-started"));
    EXPECT_THAT(out.str(), HasSubstr("\"count\":2"));
}

SeenEvent started(std::uint64_t seq, const std::string& name) {
    const core::notice::RecoveryStarted notice{core::notice::Cause::unknown, 1};
    return {seq, core::render(name, notice), {{"attempt", 1U}}};
}

TEST(EventPrinter, ShowsOnlyTheProcessesThatWereNamed) {
    std::ostringstream out;
    const Terminal terminal{.out = out, .err = out};
    EventPrinter printer(terminal, {"web", "db"});
    for (std::uint64_t seq = 1; const char* name : {"web", "app", "db"}) {
        printer.event(started(seq++, name), kNow);
    }
    printer.event({4, core::render(core::notice::Reloaded{{"x"}, {}, {}}), {}}, kNow);
    EXPECT_THAT(out.str(), HasSubstr("web"));
    EXPECT_THAT(out.str(), HasSubstr("db"));
    EXPECT_THAT(out.str(), Not(HasSubstr("app")));
    EXPECT_THAT(out.str(), Not(HasSubstr("missed"))) << "what is not shown was not missed";
}

TEST(EventPrinter, TheHistoryHasWhatASignalDoesNotCarry) {
    const auto entry = [](std::uint64_t seq, const char* event, const char* message) {
        return historyEvent({{"event", event},
                             {"process", "web"},
                             {"message", message},
                             {"seq", seq},
                             {"cause", "trial"},
                             {"incident", std::uint64_t{3}}});
    };
    const std::vector<HistoryEvent> history{
        entry(9, "requested", "another"), entry(9, "recovery-started", "as a trial"),
        entry(8, "recovery-started", "before"), entry(9, "recovery-started", "of an earlier Healer")};
    const SeenEvent full = completed(started(9, "web"), history);
    EXPECT_EQ(full.event.sentence, "as a trial");
    EXPECT_EQ(full.arguments, (json{{"attempt", 1U}, {"cause", "trial"}, {"incident", 3U}}));
    EXPECT_EQ(completed(started(7, "web"), history).event.sentence, started(7, "web").event.sentence);
    EXPECT_EQ(completed(started(9, "db"), history).event.sentence, started(9, "db").event.sentence);
    EXPECT_TRUE(lacksDetails(started(9, "web")));
    EXPECT_FALSE(lacksDetails({1, core::render("web", core::notice::ProcessDown{}), {}}));
}

TEST(EventPrinter, LinesAreSentences) {
    std::ostringstream out;
    const Terminal terminal{.out = out, .err = out};
    EventPrinter printer(terminal);
    printer.event({1, core::render("web", core::notice::ProcessDown{7, {}, "killed\x1b"}), {}}, kNow);
    const core::notice::RecoveryFinished finished{core::notice::Cause::unknown, true, 8, "",
                                                  core::Duration(4000)};
    printer.event({2, core::render("web", finished), {}}, kNow);
    EXPECT_THAT(out.str(), HasSubstr("  web  Process web (PID 7) is down: killed\\x1b\n"));
    EXPECT_THAT(out.str(), HasSubstr("  web  Successfully started process web (PID 8) in 4 ms\n"));
}

} // namespace

} // namespace healer::healerctl
