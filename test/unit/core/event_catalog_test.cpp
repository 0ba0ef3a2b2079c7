// SPDX-License-Identifier: Apache-2.0
// Each event has one row in the catalogue; the message catalogue and the manual have the same rows.
#include "core/event_catalog.hpp"

#include "support/manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace healer::core {

namespace {

using namespace std::chrono_literals;
using namespace test;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Notices with everything known, so that each kind of event and each field is rendered.
std::vector<Notice> samples() {
    const Exit killed = exitFromWaitStatus(9);
    std::vector<Notice> all{
        notice::ProcessDown{42, killed, describe(killed)},
        notice::Disconnected{"tcp://web", "refused"},
        notice::RecoveryStarted{notice::Cause::failure, 1},
        notice::RecoveryFinished{notice::Cause::failure, true, 42, "", 3ms},
        notice::RecoveryFinished{notice::Cause::failure, false, 0, "no such file", 3ms},
        notice::BreakerChanged{BreakerState::closed, BreakerState::open, std::nullopt, "3 restarts"},
        notice::BreakerChanged{BreakerState::open, BreakerState::halfOpen, std::nullopt,
                               "the cooldown is over"},
        notice::BreakerChanged{BreakerState::halfOpen, BreakerState::closed, std::nullopt, "up for 10 s"},
        notice::Adopted{42},
        notice::WouldStart{},
        notice::StopTimedOut{42, 15, 10s},
        notice::Blocked{notice::BlockedKind::waits, "waits for db"},
        notice::Blocked{notice::BlockedKind::held, "is not started without db"},
        notice::Doubted{42, "PID 42 may be it"},
        notice::Degraded{},
        notice::DegradedEnded{},
        notice::RestartPropagated{},
        notice::SecondCopy{42},
        notice::StopFailed{"no permission"},
        notice::HealthyAgain{},
        notice::Unidentified{},
        notice::ProbeWarning{"https://web/", "the certificate has expired"},
        notice::ProbeNeverPassed{"https://web/", "refused", notice::NeverPassed::restarted},
        notice::ProbeNeverPassed{"https://web/", "refused", notice::NeverPassed::leftRunning},
        notice::Requested{event::Verb::stop},
        notice::DependencyOmitted{"does not wait for db"},
        notice::FollowsUnit{42, "web.service"},
    };
    for (const auto kind :
         {notice::EndedKind::requested, notice::EndedKind::restarting, notice::EndedKind::unhealthy}) {
        all.emplace_back(notice::InstanceEnded{42, killed, kind});
    }
    return all;
}

std::vector<DaemonNotice> daemonSamples() {
    return {
        notice::Reloaded{{"web"}, {}, {"db"}},
        notice::ReloadFailed{"config.yaml:3: unknown key"},
        notice::ConfigurationWarning{"conf.d/x.yml is not read"},
        notice::SystemdUnreachable{notice::SystemdUse::units, "no such file"},
        notice::LaunchConfined{"read-only /usr"},
        notice::EbpfUnavailable{"no permission"},
        notice::KernelEventsLost{3},
        notice::BusUnavailable{"refused"},
        notice::StateDamaged{"web", "web.json.damaged", "no number"},
        notice::StateNotSaved{"web", "web.json", "disk full"},
        notice::ProbeImpossible{"web", "https://web", "no CA file"},
        notice::PidFileDoubted{"web", 42, "web.pid is empty"},
    };
}

std::vector<RenderedEvent> rendered() {
    std::vector<RenderedEvent> events;
    for (const Notice& notice : samples()) {
        events.push_back(render("web", notice));
    }
    return events;
}

/// With those of Healer itself.
std::vector<RenderedEvent> allRendered() {
    std::vector<RenderedEvent> events = rendered();
    for (const DaemonNotice& notice : daemonSamples()) {
        events.push_back(render(notice));
    }
    return events;
}

template <typename Notices>
std::size_t alternativesIn(const Notices& notices) {
    std::set<std::size_t> alternatives;
    for (const auto& notice : notices) {
        alternatives.insert(notice.index());
    }
    return alternatives.size();
}

std::string sentence(const Notice& notice) {
    return render("web", notice).sentence;
}

TEST(EventCatalog, EveryNoticeAndEveryKindHasASample) {
    EXPECT_EQ(alternativesIn(samples()), std::variant_size_v<Notice>)
        << "a notice without a sample in this test";
    EXPECT_EQ(alternativesIn(daemonSamples()), std::variant_size_v<DaemonNotice>)
        << "a notice without a sample in this test";
    std::set<EventKind> kinds;
    std::set<EventField> fields;
    for (const RenderedEvent& event : allRendered()) {
        kinds.insert(event.kind);
        for (const auto& [field, value] : event.fields) {
            fields.insert(field);
        }
    }
    for (const EventInfo& info : eventCatalog()) {
        EXPECT_TRUE(kinds.contains(info.kind)) << "nothing is rendered as " << info.name;
    }
    for (const EventFieldInfo& info : eventFields()) {
        EXPECT_TRUE(fields.contains(info.field)) << "no event has the field " << info.name;
    }
}

TEST(EventCatalog, EverySentenceNamesItsProcess) {
    for (const RenderedEvent& event : allRendered()) {
        EXPECT_THAT(event.sentence, Not(IsEmpty()));
        EXPECT_THAT(event.sentence, Not(HasSubstr("PID 0")));
        if (!event.process.empty()) {
            EXPECT_THAT(event.sentence, HasSubstr("rocess web"));
        }
    }
}

TEST(EventCatalog, FieldsHaveTheTypeOfTheTable) {
    for (const RenderedEvent& event : allRendered()) {
        for (const auto& [field, value] : event.fields) {
            EXPECT_EQ(typeOf(value), infoOf(field).type) << infoOf(field).name;
        }
    }
}

TEST(EventCatalog, KeepsTheWordsThatScriptsOfTheAncestorLookFor) {
    EXPECT_THAT(
        sentence(notice::BreakerChanged{BreakerState::closed, BreakerState::open, std::nullopt, "why"}),
        HasSubstr("Circuit breaker is open"));
    for (const auto cause : {notice::Cause::failure, notice::Cause::trial, notice::Cause::dependency}) {
        EXPECT_THAT(sentence(notice::RecoveryFinished{cause, true, 5, "", 3ms}),
                    HasSubstr("Successfully restarted process web"));
    }
}

TEST(EventCatalog, SentencesSayWhatHappened) {
    EXPECT_EQ(sentence(notice::StopTimedOut{42, 15, 10s}),
              "Process web (PID 42) did not stop within 10 s of SIGTERM: sending SIGKILL");
    EXPECT_EQ(sentence(notice::Requested{event::Verb::stop}), "Operator request: stop process web");
    const Exit killed = exitFromWaitStatus(9);
    EXPECT_EQ(sentence(notice::InstanceEnded{42, killed, notice::EndedKind::unhealthy}),
              "The unhealthy instance of process web (PID 42) has ended: killed by SIGKILL");
}

/// "MESSAGE_ID name" of each row.
Words catalogRows() {
    Words rows;
    for (const EventInfo& info : eventCatalog()) {
        EXPECT_TRUE(std::regex_match(std::string(info.messageId), std::regex("[0-9a-f]{32}"))) << info.name;
        EXPECT_TRUE(rows.insert(std::string(info.messageId) + " " + std::string(info.name)).second)
            << info.name;
    }
    return rows;
}

std::string journalSection() {
    return manualSection(projectFile("docs/man/healer.8"), ".Ss Journal");
}

TEST(EventCatalog, TheManualHasTheSameEvents) {
    Words inManual;
    for (const ManualItem& item : manualItems(journalSection())) {
        std::smatch match;
        if (std::regex_match(item.head, match, std::regex("Li ([0-9a-f]{32}) Pq Li ([a-z-]+)"))) {
            EXPECT_THAT(item.text, Not(IsEmpty())) << item.head;
            inManual.insert(match[1].str() + " " + match[2].str());
        }
    }
    EXPECT_EQ(inManual, catalogRows()) << "healer.8, section Journal";
}

TEST(EventCatalog, TheManualHasTheSameJournalFields) {
    Words fields{"HEALER_PROCESS", "HEALER_EVENT", "HEALER_INCIDENT", "OBJECT_PID", "UNIT"};
    for (const EventFieldInfo& info : eventFields()) {
        fields.emplace(info.journal);
    }
    EXPECT_EQ(manualHeads(journalSection(), "^Va ([A-Z_]+)$"), fields) << "healer.8, section Journal";
}

TEST(EventCatalog, TheManualOfDBusHasTheSameFields) {
    const std::string section = manualSection(projectFile("docs/man/org.healer.5"), ".Ss org.healer.Manager");
    Words keys{"time_usec t", "event s", "process s", "incident t", "message s", "seq t"};
    for (const RenderedEvent& event : rendered()) {
        for (const auto& [field, value] : event.fields) {
            keys.insert(std::string(infoOf(field).name) + " " + infoOf(field).type);
        }
    }
    Words inManual;
    for (const ManualItem& item : manualItems(section)) {
        std::smatch match;
        if (std::regex_match(item.head, match, std::regex("Ic ([a-z_]+) Pq ([a-z{}]+)"))) {
            EXPECT_THAT(item.text, Not(IsEmpty())) << item.head;
            inManual.insert(match[1].str() + " " + match[2].str());
        }
    }
    EXPECT_EQ(inManual, keys) << "org.healer.5, keys of GetHistory";
}

TEST(EventCatalog, EveryMessageIdHasAnExplanation) {
    const std::string file = projectFile("systemd/healer.catalog") + "\n-- ";
    Words fields{"HEALER_PROCESS", "HEALER_EVENT", "HEALER_INCIDENT"};
    for (const EventFieldInfo& info : eventFields()) {
        fields.emplace(info.journal);
    }
    Words explained;
    for (std::size_t start = file.find("\n-- "); start + 4 < file.size();) {
        const std::size_t next = file.find("\n-- ", start + 1);
        const std::string entry = file.substr(start, next - start);
        std::smatch match;
        EXPECT_TRUE(std::regex_search(entry, match,
                                      std::regex("^\n-- ([0-9a-f]{32})\nSubject: [^\n]+\nDefined-By: healer\n"
                                                 "Support: man:healer\\(8\\)\n\n[^]{40}")))
            << entry;
        EXPECT_TRUE(explained.insert(match[1]).second) << "twice: " << match[1];
        for (const std::string& field : wordsIn(entry, "@([A-Z_]+)@")) {
            EXPECT_TRUE(fields.contains(field)) << field << " in" << entry;
        }
        start = next;
    }
    Words ids;
    for (const EventInfo& info : eventCatalog()) {
        ids.emplace(info.messageId);
    }
    EXPECT_EQ(explained, ids) << "systemd/healer.catalog";
}

} // namespace

} // namespace healer::core
