// SPDX-License-Identifier: Apache-2.0
#include "core/last_exit.hpp"

#include "support/manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace healer::core {

namespace {

using namespace std::chrono_literals;
using namespace test;

/// Every member differs from its default.
LastExit sample() {
    LastExit last;
    last.exit.reason = ExitReason::exited;
    last.exit.code = 3;
    last.exit.signal = 9;
    last.exit.sender = SignalSender{15, 77, 1000, "kill"};
    last.exit.probe = "tcp://web";
    last.exit.detail = "no space left";
    last.pid = 42;
    last.at.wall = WallTime(1'700'000'000'000'001us);
    last.runtime = 7s;
    return last;
}

TEST(LastExitFields, HoldAllThatThereIs) {
    LastExit copy;
    for (const LastExitField& field : lastExitFields()) {
        const auto value = field.get(sample());
        ASSERT_TRUE(value) << field.name;
        EXPECT_EQ(typeOf(*value), field.type) << field.name;
        EXPECT_TRUE(field.set(copy, *value)) << field.name;
        EXPECT_EQ(field.get(copy), value) << field.name;
    }
    EXPECT_EQ(copy, sample());
}

TEST(LastExitFields, OnlyWhatIsKnownHasAKey) {
    for (const LastExitField& field : lastExitFields()) {
        EXPECT_EQ(field.get(LastExit()).has_value(), field.name == "reason") << field.name;
    }
}

TEST(LastExitFields, RefuseValuesThatTheyCannotHave) {
    for (const LastExitField& field : lastExitFields()) {
        LastExit last;
        EXPECT_FALSE(field.set(last, FieldValue(true))) << field.name;
        if (field.type == 't') {
            EXPECT_FALSE(field.set(last, FieldValue(UINT64_MAX))) << field.name;
        }
    }
    LastExit last;
    EXPECT_FALSE(lastExitFields().front().set(last, FieldValue(std::string("exploded"))));
}

TEST(LastExitFields, AreInTheManualAndTheXml) {
    Words fields;
    for (const LastExitField& field : lastExitFields()) {
        fields.insert(std::string(field.name) + " " + field.type);
    }
    const std::string section = manualSection(projectFile("docs/man/org.healer.5"), ".Ss LastExit");
    Words inManual;
    for (const ManualItem& item : manualItems(section)) {
        std::smatch match;
        if (std::regex_match(item.head, match, std::regex("Ic ([a-z_]+) Pq ([a-z])"))) {
            inManual.insert(match[1].str() + " " + match[2].str());
        }
    }
    EXPECT_EQ(inManual, fields) << "org.healer.5, section LastExit";
    const std::string xml = projectFile("dbus/org.healer.Process.xml");
    const std::string comment = xml.substr(xml.find("<!-- The last end"));
    EXPECT_EQ(wordsIn(comment.substr(0, comment.find("-->")), "([a-z_]+ [situ])\\b(?=[ ,.])"), fields)
        << "org.healer.Process.xml, LastExit";
}

TEST(LastExitText, IsOneSentence) {
    LastExit last;
    last.exit = exitFromWaitStatus(9);
    last.exit.sender = SignalSender{9, 77, 0, "oomd"};
    last.runtime = 3min;
    EXPECT_EQ(describe(last), "killed by SIGKILL, sent by PID 77 (oomd) of UID 0, after running 3 min");
    last.exit.detail = "memory was short";
    EXPECT_EQ(describe(last),
              "killed by SIGKILL, sent by PID 77 (oomd) of UID 0, after running 3 min: memory was short");
}

} // namespace

} // namespace healer::core
