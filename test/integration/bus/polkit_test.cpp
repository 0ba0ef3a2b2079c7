// SPDX-License-Identifier: Apache-2.0
#include "clients.hpp"
#include "fake_polkit.hpp"
#include "fixture.hpp"

#include <gmock/gmock.h>

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace healer::test {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kDenied = "org.freedesktop.DBus.Error.AccessDenied";
constexpr const char* kBusy = "org.healer.Error.Busy";
constexpr uid_t kAnn = 65534;
constexpr uid_t kBob = 1;
enum class Interaction { no, yes };

/// What a call came to.
struct Outcome {
    std::string error; ///< its D-Bus name; empty: done
    std::string message;
    std::uint32_t pid = 0;
};

class BusPolkit : public BusFixture {
protected:
    void SetUp() override {
        if (geteuid() != 0) {
            GTEST_SKIP() << "only root can be another user";
        }
        backend_.add("web", 100);
        backend_.answerAtOnce = true;
    }

    /// With a polkit and these limits.
    void startWith(bus::PolkitLimits limits) {
        bus_.start();
        makePolkit();
        polkit_ = limits;
        makeService();
        ASSERT_TRUE(runUntil([this] { return service_->connected(); }));
    }
    void makePolkit() { fake_ = std::make_unique<FakePolkit>(loop_, bus_.address()); }

    /// Does `work` as that user, over a connection of its own.
    template <typename Work>
    auto as(uid_t user, Work work) {
        return std::async(std::launch::async, [address = bus_.address(), user, work] {
            // The raw call changes this thread only.
            ::syscall(SYS_setresuid, user, user, user);
            const auto connection = sdbus::createSessionBusConnectionWithAddress(address);
            return work(*connection);
        });
    }

    static Outcome outcomeOf(const std::function<std::uint32_t()>& call) {
        try {
            return {"", "", call()};
        } catch (const sdbus::Error& e) {
            return {e.getName(), e.getMessage(), 0};
        }
    }

    auto restartAs(uid_t user, Interaction interaction = Interaction::no) {
        return as(user, [interaction](sdbus::IConnection& c) {
            const auto driver = sdbus::createProxy(c, dbus::ServiceName("org.freedesktop.DBus"),
                                                   sdbus::ObjectPath("/org/freedesktop/DBus"));
            if (interaction == Interaction::yes) {
                sd_bus_set_allow_interactive_authorization(dbus::busOf(*driver), 1);
            }
            return outcomeOf([&c] { return ManagerClient(c).Restart("web"); });
        });
    }

    bool asks(std::size_t questions) {
        return runUntil([&] { return fake_->open.size() >= questions; });
    }
    bool cancels(std::size_t questions) {
        return runUntil([&] { return fake_->cancelled.size() >= questions; });
    }

    std::unique_ptr<FakePolkit> fake_;
};

TEST_F(BusPolkit, RootIsNotAskedAbout) {
    startWith({});
    EXPECT_EQ(finish(restartAs(0)).pid, 100U);
    EXPECT_EQ(fake_->asked, 0U);
}

TEST_F(BusPolkit, QuestionNamesCallerProcessAndVerb) {
    startWith({});
    std::string name;
    auto pending = as(kAnn, [](sdbus::IConnection& c) {
        ProcessClient(c, "/org/healer/process/web").ResetBreaker();
        return c.getUniqueName();
    });
    ASSERT_TRUE(asks(1));
    const auto& question = fake_->open[0];
    const std::string subject = question.subject;
    EXPECT_EQ(question.action, "org.healer.manage-processes");
    EXPECT_EQ(question.details,
              (std::map<std::string, std::string>{{"process", "web"}, {"verb", "reset-breaker"}}));
    EXPECT_EQ(question.flags, 0U);
    EXPECT_THAT(backend_.asked, IsEmpty()) << "nothing is done before polkit has answered";
    fake_->answer({.authorized = true});
    EXPECT_EQ(finish(std::move(pending)), subject);
    EXPECT_THAT(fake_->cancelled, IsEmpty());
}

TEST_F(BusPolkit, ReloadIsAnActionOfItsOwn) {
    startWith({});
    auto pending = as(kAnn, [](sdbus::IConnection& c) {
        return outcomeOf(
            [&c] { return static_cast<std::uint32_t>(std::get<0>(ManagerClient(c).Reload()).size()); });
    });
    ASSERT_TRUE(asks(1));
    EXPECT_EQ(fake_->open[0].action, "org.healer.reload");
    EXPECT_THAT(fake_->open[0].details, IsEmpty());
    fake_->answer({});
    EXPECT_EQ(finish(std::move(pending)).error, kDenied);
}

TEST_F(BusPolkit, InteractionOnlyWithTheCallersConsent) {
    startWith({});
    auto pending = restartAs(kAnn, Interaction::yes);
    ASSERT_TRUE(asks(1));
    EXPECT_EQ(fake_->open[0].flags, 1U);
    fake_->answer({.authorized = true});
    EXPECT_EQ(finish(std::move(pending)).pid, 100U);
}

TEST_F(BusPolkit, RefusalsSayWhatToDo) {
    startWith({});
    const auto refused = [this](Interaction interaction, FakePolkit::Verdict verdict) {
        auto pending = restartAs(kAnn, interaction);
        EXPECT_TRUE(asks(1));
        fake_->answer(verdict);
        const Outcome outcome = finish(std::move(pending));
        EXPECT_EQ(outcome.error, kDenied);
        return outcome.message;
    };
    EXPECT_THAT(refused(Interaction::no, {}), HasSubstr("not allowed by polkit"));
    EXPECT_THAT(refused(Interaction::no, {.challenge = true}), HasSubstr("run the command on a terminal"));
    EXPECT_THAT(refused(Interaction::yes, {}), HasSubstr("or the authentication failed"));
    EXPECT_THAT(refused(Interaction::yes, {.challenge = true}), HasSubstr("there is no agent to ask for it"));
    EXPECT_THAT(refused(Interaction::yes, {.challenge = true, .dismissed = true}), HasSubstr("dismissed"));
    EXPECT_THAT(backend_.asked, IsEmpty());
}

TEST_F(BusPolkit, WithoutPolkitOnlyRootMay) {
    startWith({});
    fake_.reset();
    const Outcome outcome = finish(restartAs(kAnn));
    EXPECT_EQ(outcome.error, kDenied);
    EXPECT_THAT(outcome.message, HasSubstr("only root may"));
    EXPECT_EQ(finish(restartAs(0)).pid, 100U);
}

TEST_F(BusPolkit, PolkitThatEndsWhileItIsAskedRefuses) {
    startWith({});
    auto pending = restartAs(kAnn);
    ASSERT_TRUE(asks(1));
    fake_.reset();
    EXPECT_EQ(finish(std::move(pending)).error, kDenied);
}

TEST_F(BusPolkit, RulesThatHangRefuseAndAuthenticationGetsMoreTime) {
    startWith({.rules = std::chrono::milliseconds(100)});
    auto operatorCall = restartAs(kAnn, Interaction::yes);
    ASSERT_TRUE(asks(1));
    auto program = restartAs(kAnn);
    const Outcome outcome = finish(std::move(program));
    EXPECT_EQ(outcome.error, kDenied);
    EXPECT_THAT(outcome.message, HasSubstr("did not answer in time"));
    ASSERT_TRUE(cancels(1));
    EXPECT_THAT(fake_->cancelled, ElementsAre(fake_->open[1].cancellationId));
    fake_->answer({.authorized = true});
    EXPECT_EQ(finish(std::move(operatorCall)).pid, 100U);
}

TEST_F(BusPolkit, CallerThatGoesAwayIsForgotten) {
    backend_.answerAtOnce = false;
    startWith({});
    auto pending = as(kAnn, [](sdbus::IConnection& c) {
        ManagerClient manager(c);
        c.setMethodCallTimeout(std::chrono::milliseconds(200));
        return outcomeOf([&] { return manager.Restart("web"); });
    });
    ASSERT_TRUE(asks(1));
    EXPECT_NE(finish(std::move(pending)).error, "");
    ASSERT_TRUE(cancels(1));
    EXPECT_THAT(fake_->cancelled, ElementsAre(fake_->open[0].cancellationId));
    fake_->answer({.authorized = true});
    EXPECT_EQ(finish(as(0, [](sdbus::IConnection& c) { return ManagerClient(c).ListProcesses().size(); })),
              1U)
        << "which comes after polkit's answer";
    EXPECT_THAT(backend_.asked, IsEmpty());
}

TEST_F(BusPolkit, EndingCancelsTheQuestions) {
    startWith({});
    auto pending = restartAs(kAnn, Interaction::yes);
    ASSERT_TRUE(asks(1));
    service_.reset();
    ASSERT_TRUE(cancels(1));
    EXPECT_THAT(fake_->cancelled, ElementsAre(fake_->open[0].cancellationId));
    EXPECT_NE(finish(std::move(pending)).error, "");
}

TEST_F(BusPolkit, QuestionsEndWithTheBus) {
    startWith({});
    auto pending = restartAs(kAnn, Interaction::yes);
    ASSERT_TRUE(asks(1));
    bus_.stop();
    EXPECT_NE(finish(std::move(pending)).error, "");
    ASSERT_TRUE(runUntil([this] { return !service_->connected(); }));
    fake_.reset();
    bus_.start();
    makePolkit();
    ASSERT_TRUE(runUntil([this] { return service_->connected(); }));
    auto again = restartAs(kAnn);
    ASSERT_TRUE(asks(1));
    fake_->answer({.authorized = true});
    EXPECT_EQ(finish(std::move(again)).pid, 100U);
}

TEST_F(BusPolkit, FloodOfOneUserIsRefusedAndOthersGetTheirTurn) {
    startWith({.queue = {.open = 2, .openOfOneUser = 1, .kept = 8, .keptOfOneUser = 3}});
    std::vector<std::future<Outcome>> anns;
    for (int i = 0; i < 6; ++i) {
        anns.push_back(restartAs(kAnn));
    }
    const auto ended = [&anns] {
        return std::count_if(anns.begin(), anns.end(), [](const auto& one) {
            return one.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
        });
    };
    ASSERT_TRUE(runUntil([&] { return ended() == 3; })) << "three are kept, of which one is asked";
    EXPECT_EQ(fake_->open.size(), 1U);
    auto bob = restartAs(kBob);
    ASSERT_TRUE(asks(2));
    fake_->answer({.authorized = true});
    fake_->answer({.authorized = true});
    EXPECT_EQ(finish(std::move(bob)).pid, 100U);
    ASSERT_TRUE(runUntil([&] {
        while (!fake_->open.empty()) {
            fake_->answer({.authorized = true});
        }
        return ended() == 6;
    }));
    int refused = 0;
    for (auto& one : anns) {
        const Outcome outcome = one.get();
        refused += outcome.error == kBusy ? 1 : 0;
        EXPECT_TRUE(outcome.error == kBusy || outcome.pid == 100U) << outcome.error;
    }
    EXPECT_EQ(refused, 3);
    EXPECT_EQ(fake_->mostOpen, 2U);
}

TEST_F(BusPolkit, TurnThatNeverComesIsGivenUp) {
    startWith({.rules = std::chrono::milliseconds(100), .queue = {.openOfOneUser = 1}});
    auto operatorCall = restartAs(kAnn, Interaction::yes);
    ASSERT_TRUE(asks(1));
    EXPECT_EQ(finish(restartAs(kAnn)).error, kBusy);
    fake_->answer({.authorized = true});
    EXPECT_EQ(finish(std::move(operatorCall)).pid, 100U);
    EXPECT_EQ(fake_->asked, 1U);
}

/// Calls Restart over that many connections at once; how many were answered with success.
std::size_t restartOverMany(const std::string& address, std::size_t connections) {
    std::vector<std::unique_ptr<sdbus::IConnection>> clients;
    std::vector<std::unique_ptr<sdbus::IProxy>> proxies;
    std::size_t answered = 0;
    std::size_t done = 0;
    for (std::size_t i = 0; i < connections; ++i) {
        clients.push_back(sdbus::createSessionBusConnectionWithAddress(address));
        proxies.push_back(
            sdbus::createProxy(*clients.back(), serviceName(), sdbus::ObjectPath("/org/healer")));
        proxies.back()
            ->callMethodAsync("Restart")
            .onInterface("org.healer.Manager")
            .withArguments(std::string("web"))
            .uponReplyInvoke([&](dbus::CallError error, std::uint32_t) {
                ++answered;
                done += error ? 0 : 1;
            });
    }
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(15);
    while (answered < connections && std::chrono::steady_clock::now() < end) {
        for (const auto& one : clients) {
            while (dbus::processOne(*one)) {
            }
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    proxies.clear();
    return done;
}

TEST_F(BusPolkit, TwoHundredCallersAtOnce) {
    constexpr std::size_t kCallers = 200;
    startWith({});
    auto callers = std::async(std::launch::async, [address = bus_.address()] {
        ::syscall(SYS_setresuid, kAnn, kAnn, kAnn);
        return restartOverMany(address, kCallers);
    });
    ASSERT_TRUE(asks(16));
    EXPECT_EQ(ask([](sdbus::IConnection& c) { return ManagerClient(c).ListProcesses().size(); }), 1U);
    EXPECT_EQ(finish(restartAs(0)).pid, 100U) << "root does not wait behind them";
    ASSERT_TRUE(runUntil([&] {
        while (!fake_->open.empty()) {
            fake_->answer({.authorized = true});
        }
        return callers.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }));
    EXPECT_EQ(callers.get(), kCallers);
    EXPECT_EQ(fake_->asked, kCallers);
    EXPECT_LE(fake_->mostOpen, 16U);
}

} // namespace

} // namespace healer::test
