// SPDX-License-Identifier: Apache-2.0
#include "healerctl/dependency_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace healer::healerctl {

namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

json needs(const std::string& target, const std::string& kind = "requires", bool hard = true,
           const std::string& onFailure = "abort") {
    return {{"target", target}, {"kind", kind}, {"hard", hard}, {"on_failure", onFailure}};
}

ProcessStatus process(const std::string& name, const std::string& state, json dependencies) {
    return processStatus({{"Name", name}, {"State", state}, {"Dependencies", std::move(dependencies)}});
}

class DependencyReport : public ::testing::Test {
protected:
    std::string print(const std::optional<std::string>& name = std::nullopt) {
        out_.str("");
        (terminal_.json == JsonStyle::off ? printDependencies : printDependenciesAsJson)(terminal_,
                                                                                         processes_, name);
        return out_.str();
    }
    std::string suggest(const std::vector<SeenEdge>& seen) {
        out_.str("");
        printSuggestions(terminal_, processes_, seen);
        return out_.str();
    }

    std::vector<ProcessStatus> processes_{
        process("app", "deferred", json::array({needs("db"), needs("cache", "requires", false)})),
        process("cache", "running", json::array({needs("db", "after")})),
        process("db", "recovering", json::array()), process("lone", "running", json::array()),
        process("worker", "deferred", json::array({needs("app", "requires", true, "degrade")}))};
    std::ostringstream out_;
    std::ostringstream err_;
    Terminal terminal_{.out = out_, .err = err_};
};

TEST_F(DependencyReport, ShowsEachTreeOnceFromTheTop) {
    EXPECT_EQ(print(), "worker (deferred)\n"
                       "└─ requires app (deferred), hard, on failure: degrade  [configuration]\n"
                       "   ├─ requires db (recovering), hard, on failure: abort  [configuration]\n"
                       "   └─ requires cache (running), soft  [configuration]\n"
                       "      └─ after db (recovering)  [configuration]\n"
                       "Without dependencies: lone\n");
}

TEST_F(DependencyReport, OneProcessComesWithThoseThatNeedIt) {
    EXPECT_EQ(print("db"), "db (recovering)\nNeeded by: app, cache\n");
    EXPECT_THAT(print("worker"), HasSubstr("\nNothing depends on it.\n"));
}

TEST_F(DependencyReport, EndsEvenWhereTheDaemonReportsACycle) {
    processes_ = {process("a", "running", json::array({needs("b")})),
                  process("b", "running", json::array({needs("a")}))};
    EXPECT_THAT(print("a"),
                HasSubstr("requires a (running), hard, on failure: abort  [configuration]  (see above)"));
}

TEST_F(DependencyReport, JsonHasAnObjectAnEdge) {
    terminal_.json = JsonStyle::shortLines;
    const json edges = json::parse(print("cache"));
    ASSERT_EQ(edges.size(), 1U);
    EXPECT_EQ(edges[0]["process"], "cache");
    EXPECT_EQ(edges[0]["target"], "db");
    EXPECT_EQ(edges[0]["from"], "configuration");
    EXPECT_EQ(edges[0]["target_state"], "recovering");
    EXPECT_EQ(json::parse(print()).size(), 4U);
}

TEST_F(DependencyReport, SuggestsWhatIsNotConfiguredYet) {
    EXPECT_EQ(suggest({{"app", "db", "known"}, {"lone", "cache", "seen"}, {"lone", "db", "seen too"}}),
              "# Seen on this system. Take over into the entries of these processes what is meant.\n"
              "processes:\n"
              "  - name: lone\n"
              "    dependencies:\n"
              "      # seen\n"
              "      - cache\n"
              "      # seen too\n"
              "      - db\n");
    EXPECT_THAT(suggest({{"app", "db", "known"}}), HasSubstr("# All connections"));
    EXPECT_THAT(suggest({}), HasSubstr("# No watched process"));
}

TEST_F(DependencyReport, ASuggestionNeverClosesACycle) {
    const std::string text =
        suggest({{"db", "worker", "calls back"}, {"lone", "db", "x"}, {"db", "lone", "y"}});
    EXPECT_THAT(text, HasSubstr("      # not together with the opposite direction: - worker\n"));
    EXPECT_THAT(text, HasSubstr("      # not together with the opposite direction: - lone\n"));
    EXPECT_THAT(text, Not(HasSubstr("      - lone\n")));
}

TEST_F(DependencyReport, NamesOfSocketsCannotSteerTheTerminalNorTheFile) {
    EXPECT_THAT(suggest({{"lone", "db", "at /tmp/x\n- evil\x1b[2J"}}),
                Not(::testing::ContainsRegex("\n- evil|\x1b")));
}

} // namespace

} // namespace healer::healerctl
