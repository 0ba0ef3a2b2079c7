// SPDX-License-Identifier: Apache-2.0
// org.healer(5) has the members of dbus/*.xml with their types, the keys and the errors of the source, and
// nothing else.
#include "core/process.hpp"
#include "core/view.hpp"
#include "support/manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace healer::daemon {

namespace {

using namespace test;
using ::testing::HasSubstr;

std::string page() {
    return projectFile("docs/man/org.healer.5");
}

std::string attribute(const std::string& tag, const std::string& name) {
    const auto found = matches(" " + tag, "[ ]" + name + "=\"([^\"]*)\"");
    return found.empty() ? "" : found.front();
}

/// "method Restart (s name) -> (u pid)": one line a member.
Words membersOfXml(const std::string& interface) {
    const std::string xml = projectFile("dbus/" + interface + ".xml");
    Words members;
    for (const std::string& name : matches(xml, "<property ([^>]*)>")) {
        members.insert("property " + attribute(name, "name") + " " + attribute(name, "type"));
    }
    for (const std::string kind : {"method", "signal"}) {
        static const std::string kBody = "([^]*?)";
        for (const std::string& member : matches(xml, "<" + kind + " (" + kBody + ")</" + kind + ">")) {
            std::string in;
            std::string out;
            for (const std::string& arg : matches(member, "<arg ([^>]*)/>")) {
                std::string& list = attribute(arg, "direction") == "out" ? out : in;
                list += (list.empty() ? "" : ", ") + attribute(arg, "type") + " " + attribute(arg, "name");
            }
            std::string line = kind;
            line += " " + attribute(member, "name") + "(" + in + ")";
            members.insert(out.empty() ? line : line + " -> " + out);
        }
    }
    return members;
}

/// ".It Fn Restart "s name" No \(-> Ar "u pid"" as above; the kind is that of the list's heading.
Words membersOfManual(const std::string& interface) {
    std::istringstream lines(manualSection(page(), ".Ss " + interface));
    Words members;
    std::string kind;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("Methods")) {
            kind = "method";
        } else if (line.starts_with("Signals")) {
            kind = "signal";
        } else if (line.starts_with("Properties")) {
            kind = "property";
        } else if (line.starts_with(".It Va ")) {
            members.insert(kind + " " + std::regex_replace(line.substr(7), std::regex(" Pq "), " "));
        } else if (line.starts_with(".It Fn ")) {
            const std::size_t arrow = line.find(" No \\(-> Ar ");
            const auto quoted = [](const std::string& text) {
                std::string list;
                for (const std::string& arg : matches(text, "\"([^\"]*)\"")) {
                    list += (list.empty() ? "" : ", ") + arg;
                }
                return list;
            };
            std::string member = kind + " " + matches(line, "^\\.It Fn ([A-Za-z]+)").at(0) + "(" +
                                 quoted(line.substr(0, arrow)) + ")";
            members.insert(arrow == std::string::npos ? member
                                                      : member + " -> " + quoted(line.substr(arrow)));
        }
    }
    return members;
}

TEST(BusManual, HasEveryMember) {
    for (const std::string interface : {"org.healer.Manager", "org.healer.Process"}) {
        const Words members = membersOfXml(interface);
        EXPECT_GE(members.size(), 20U);
        EXPECT_EQ(membersOfManual(interface), members);
    }
}

TEST(BusManual, HasEveryError) {
    EXPECT_EQ(manualHeads(manualSection(page(), ".Ss Errors"), "^Er ([A-Za-z.]+)$"),
              wordsIn(projectFile("src/bus/guard.cpp"), "return \"([a-z]+\\.[A-Za-z.]*Error[A-Za-z.]*)\""));
}

TEST(BusManual, HasEveryReasonOfAnExit) {
    const std::string section = manualSection(page(), ".Ss LastExit");
    for (int reason = 0; reason <= static_cast<int>(core::ExitReason::vanished); ++reason) {
        const std::string word(core::toString(static_cast<core::ExitReason>(reason)));
        EXPECT_THAT(section, HasSubstr(" " + word)) << word;
    }
}

TEST(BusManual, HasEveryState) {
    const std::string states = manualSection(projectFile("docs/man/healerctl.1"), ".Ss States");
    Words known;
    for (int state = 0; state <= static_cast<int>(core::State::tripped); ++state) {
        known.emplace(core::toString(static_cast<core::State>(state)));
        EXPECT_THAT(manualSection(page(), ".Ss org.healer.Process"),
                    ::testing::ContainsRegex("[ \n]" + *known.rbegin() + "[ \n]"));
    }
    EXPECT_EQ(manualHeads(states, "^Li ([a-z]+)$"), known);
    EXPECT_EQ(known.size(), 10U);
}

TEST(BusManual, SaysTheStatesOfTheBreaker) {
    for (const auto state :
         {core::BreakerState::closed, core::BreakerState::open, core::BreakerState::halfOpen}) {
        EXPECT_THAT(manualSection(page(), ".Ss org.healer.Process"),
                    HasSubstr(std::string(core::toString(state)) + " "));
    }
}

} // namespace

} // namespace healer::daemon
