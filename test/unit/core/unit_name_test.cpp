// SPDX-License-Identifier: Apache-2.0
#include "core/unit_name.hpp"

#include <gtest/gtest.h>

namespace healer::core {
namespace {

TEST(UnitName, escapesTheTemplateSign) {
    EXPECT_EQ(transientUnitName("web"), "healer-web.service");
    EXPECT_EQ(transientUnitName("a.b_c-d@1@2"), "healer-a.b_c-d\\x401\\x402.service");
}

TEST(UnitName, knowsItsOwn) {
    EXPECT_TRUE(isTransientUnitName(transientUnitName("x")));
    for (const char* name : {"web", "a.b_c-d@1@2", "@", "healer-x.service"}) {
        EXPECT_EQ(processOfTransientUnit(transientUnitName(name)), name);
    }
    for (const char* other : {"healer.service", "healer-.service", "healer-x.socket", "web.service", ""}) {
        EXPECT_FALSE(isTransientUnitName(other)) << other;
    }
}

TEST(SystemUnit, isAWholePartOfThePath) {
    EXPECT_EQ(systemUnitOf("0::/system.slice/healer-web.service.d\n", ""), "healer-web.service.d");
    EXPECT_EQ(systemUnitOf("0::/system.slice/xhealer-web.service\n", ""), "xhealer-web.service");
    EXPECT_EQ(systemUnitOf("", ""), "");
}

TEST(SystemUnit, isFoundInEverySliceOfTheSystem) {
    EXPECT_EQ(systemUnitOf("0::/web.slice/web-app.slice/healer-web.service\n", ""), "healer-web.service");
    EXPECT_EQ(systemUnitOf("0::/init.scope\n", ""), "init.scope");
    EXPECT_EQ(systemUnitOf("0::/system.slice/_cpu.service\n", ""), "cpu.service");
    EXPECT_EQ(systemUnitOf("0::/system.slice/healer-web\\x401.service\n", ""), "healer-web\\x401.service");
}

TEST(SystemUnit, isTheOneThatHoldsAContainer) {
    EXPECT_EQ(systemUnitOf("0::/machine.slice/box.scope/system.slice/healer-web.service\n", ""), "box.scope");
    EXPECT_EQ(systemUnitOf("0::/docker/0123456789ab/system.slice/healer-web.service\n", ""), "");
}

TEST(SystemUnit, isReadFromBothKindsOfCgroups) {
    EXPECT_EQ(systemUnitOf("0::/system.slice/healer-web.service\n", ""), "healer-web.service");
    EXPECT_EQ(systemUnitOf("4:memory:/x\n1:name=systemd:/system.slice/healer-web.service/sub\n0::/\n", ""),
              "healer-web.service");
    EXPECT_EQ(systemUnitOf("0::/box/system.slice/a.service\n", "/box"), "a.service");
}

TEST(SystemUnit, isNoneForUnitsThatUsersName) {
    EXPECT_EQ(systemUnitOf("0::/user.slice/user-1.slice/user@1.service/app.slice/healer-web.service\n", ""),
              "");
    EXPECT_EQ(systemUnitOf("0::/user.slice/system.slice/healer-web.service\n", ""), "");
    EXPECT_EQ(systemUnitOf("5:cpu:/system.slice/healer-web.service\n", ""), "");
    EXPECT_EQ(systemUnitOf("nonsense", ""), "");
}

TEST(ForeignService, isAServiceOfTheSystemThatIsNotHealers) {
    EXPECT_EQ(foreignServiceOf("nginx.service", "healer.service"), "nginx.service");
    EXPECT_EQ(foreignServiceOf("healer-web.service", "healer.service"), "");
    EXPECT_EQ(foreignServiceOf("healer.service", "healer.service"), "");
    for (const char* other : {"", "session-3.scope", "init.scope", "user@1000.service", "dbus.socket"}) {
        EXPECT_EQ(foreignServiceOf(other, "healer.service"), "") << other;
    }
}

} // namespace
} // namespace healer::core
