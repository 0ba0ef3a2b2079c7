// SPDX-License-Identifier: Apache-2.0
#include "systemd/transient_unit.hpp"

#include "systemd/unit_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/socket.h>
#include <systemd/sd-bus.h>

#include <array>
#include <csignal>
#include <functional>
#include <memory>
#include <set>

namespace healer::systemd {
namespace {

using ::testing::Contains;
using ::testing::Not;

TransientUnit unit() {
    TransientUnit unit;
    unit.name = "web";
    unit.unit = "healer-web.service";
    unit.arguments = {"/usr/bin/web", "-p", "80"};
    unit.environment = {"A=b"};
    unit.user = "www";
    unit.workingDirectory = "/srv";
    return unit;
}

/// A message that is never sent.
class Message {
public:
    Message() {
        std::array<int, 2> pair{};
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()), 0);
        other_ = pair[1];
        EXPECT_GE(sd_bus_new(&bus_), 0);
        EXPECT_GE(sd_bus_set_fd(bus_, pair[0], pair[0]), 0);
        EXPECT_GE(sd_bus_start(bus_), 0);
        EXPECT_GE(sd_bus_message_new_method_call(bus_, &message_, "a.b", "/", "a.b", "C"), 0);
    }
    Message(const Message&) = delete;
    Message& operator=(const Message&) = delete;
    ~Message() {
        sd_bus_message_unref(message_);
        sd_bus_close_unref(bus_);
        close(other_);
    }
    sd_bus_message* get() { return message_; }

    /// The names of the properties in a call of StartTransientUnit.
    std::vector<std::string> properties() {
        EXPECT_GE(sd_bus_message_seal(message_, 1, 0), 0);
        EXPECT_GE(sd_bus_message_rewind(message_, 1), 0);
        EXPECT_GE(sd_bus_message_skip(message_, "ss"), 0);
        EXPECT_GE(sd_bus_message_enter_container(message_, 'a', "(sv)"), 0);
        std::vector<std::string> names;
        while (sd_bus_message_enter_container(message_, 'r', "sv") > 0) {
            const char* name = nullptr;
            EXPECT_GE(sd_bus_message_read(message_, "s", &name), 0);
            EXPECT_GE(sd_bus_message_skip(message_, "v"), 0);
            EXPECT_GE(sd_bus_message_exit_container(message_), 0);
            names.emplace_back(name);
        }
        return names;
    }

private:
    sd_bus* bus_ = nullptr;
    sd_bus_message* message_ = nullptr;
    int other_ = -1;
};

std::vector<std::string> sentFor(const TransientUnit& unit, ForkSupport support) {
    Message message;
    EXPECT_GE(appendStartTransientUnit(message.get(), unit, support), 0);
    return message.properties();
}

TEST(UnitPath, isEncoded) {
    EXPECT_EQ(unitObjectPath("healer-web.service"), "/org/freedesktop/systemd1/unit/healer_2dweb_2eservice");
}

TEST(TransientUnitTest, theDescriptionChangesWithEverySetting) {
    const std::function<void(TransientUnit&)> changes[] = {
        [](auto& u) { u.name = "other"; },
        [](auto& u) { u.arguments.front() = "/usr/bin/other"; },
        [](auto& u) {
            u.arguments = {"/usr/bin/web", "-p80"};
        },
        [](auto& u) { u.arguments.emplace_back(""); },
        [](auto& u) { u.user = ""; },
        [](auto& u) { u.workingDirectory = "/"; },
        [](auto& u) { u.environment = {"A=c"}; },
        [](auto& u) { u.output = "/var/log/web.log"; },
        [](auto& u) { u.stop.signal = SIGINT; },
        [](auto& u) { u.stop.timeout = std::chrono::seconds(1); },
        [](auto& u) { u.stop.mode = core::KillMode::mixed; },
        [](auto& u) { u.stop.mode = core::KillMode::process; },
        [](auto& u) {
            u.environmentFiles = {{"/etc/web.env", false}};
        },
        [](auto& u) {
            u.environmentFiles = {{"/etc/web.env", true}};
        },
    };
    std::set<std::string> seen{descriptionOf(unit())};
    for (const auto& change : changes) {
        auto changed = unit();
        change(changed);
        EXPECT_TRUE(seen.insert(descriptionOf(changed)).second);
    }
    EXPECT_TRUE(seen.contains(descriptionOf(unit()))) << "the same settings, the same description";
}

TEST(TransientUnitTest, everyPropertyThatIsSentIsInTheFingerprint) {
    for (const bool full : {false, true}) {
        auto settings = unit();
        if (full) {
            settings.output = "/var/log/web.log";
            settings.environmentFiles = {{"/etc/web.env", true}, {"/run/web.env", false}};
            settings.arguments.emplace_back("$HOME");
        }
        const auto properties = propertiesOf(settings, ForkSupport::exitType);
        std::vector<std::string> names{"Description"};
        for (const auto& property : properties) {
            names.emplace_back(property.name);
        }
        EXPECT_EQ(sentFor(settings, ForkSupport::exitType), names);

        const auto fingerprint = fingerprintOf(properties);
        for (std::size_t i = 0; i < properties.size(); ++i) {
            auto changed = properties;
            changed[i].value = std::string("something else");
            EXPECT_NE(fingerprintOf(changed), fingerprint) << properties[i].name;
            changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_NE(fingerprintOf(changed), fingerprint) << properties[i].name;
        }
    }
}

TEST(TransientUnitTest, anOlderSystemdKeepsAForkedProgramInAnotherWayOfTheSameDescription) {
    const auto settings = unit();
    const auto older = sentFor(settings, ForkSupport::remainAfterExit);
    EXPECT_THAT(older, Contains("RemainAfterExit"));
    EXPECT_THAT(older, Not(Contains("ExitType")));
    EXPECT_THAT(sentFor(settings, ForkSupport::exitType), Contains("ExitType"));
}

TEST(TransientUnitTest, knowsWhatSystemdCannotReadBack) {
    auto settings = unit();
    EXPECT_TRUE(survivesReload(settings));
    for (const char* argument : {"$HOME", "a;b"}) {
        settings.arguments = {"/usr/bin/web", "-x", argument};
        EXPECT_FALSE(survivesReload(settings)) << argument;
        EXPECT_THAT(sentFor(settings, ForkSupport::exitType), Contains("ExecStartEx"));
    }
}

} // namespace
} // namespace healer::systemd
