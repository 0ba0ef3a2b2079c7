// SPDX-License-Identifier: Apache-2.0
#include "unit/config/fixture.hpp"

#include <gtest/gtest.h>

namespace healer::config {
namespace {

constexpr const char* kElsewhere = R"(
processes:
  - name: web
    command: /opt/elsewhere/web
    run_as_user: somewhere
    working_directory: /opt/elsewhere
    monitor: {type: ebpf}
  - name: root
    command: /opt/elsewhere/root
    run_as_root: true
    monitor: {type: ebpf}
)";

/// A system without what the text names.
Environment here(const core::User& self, FakeFiles& files) {
    for (const char* path : {"/opt/elsewhere", "/opt/elsewhere/web", "/opt/elsewhere/root"}) {
        files.set(path, core::Error{"does not exist"});
    }
    Environment environment = as(self, files);
    environment.findUser = [](const std::string& name) -> core::Result<core::User> {
        return core::User{name, 65534, 65534, {65534}, "/", "/bin/false"};
    };
    environment.rehearses = true;
    return environment;
}

TEST(Rehearsal, NeedsNothingThatTheConfigurationNames) {
    for (const core::User& self : {kRoot, kBob}) {
        FakeFiles files;
        const CompileOutcome outcome = compileText(kElsewhere, here(self, files));
        EXPECT_TRUE(outcome.plan) << self.name << ": " << format(outcome.findings.errors);
        EXPECT_TRUE(outcome.findings.warnings.empty()) << format(outcome.findings.warnings);
    }
}

TEST(Rehearsal, FindsWhatIsWrongEverywhere) {
    FakeFiles files;
    const CompileOutcome outcome =
        compileText(std::string(kElsewhere) + "  - {name: web, comand: /bin/x, monitor: {type: ebpf}}\n",
                    here(kBob, files));
    EXPECT_FALSE(outcome.plan);
}

TEST(Rehearsal, KnowsAUserThatThisMachineDoesNotHave) {
    const auto user = rehearsalEnvironment().findUser("no-such-user-here");
    ASSERT_TRUE(user);
    EXPECT_EQ(user->name, "no-such-user-here");
    EXPECT_NE(user->uid, 0U);
    EXPECT_FALSE(systemEnvironment().rehearses);
}

} // namespace
} // namespace healer::config
