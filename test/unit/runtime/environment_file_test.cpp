// SPDX-License-Identifier: Apache-2.0
#include "runtime/spawn/environment_file.hpp"

#include "support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace healer::runtime {
namespace {

using ::testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

TEST(EnvironmentFile, isReadAsSystemdReadsIt) {
    EXPECT_EQ(parseEnvironment("A=b\nC = d e \n"), (Variables{{"A", "b"}, {"C", "d e"}}));
    EXPECT_EQ(parseEnvironment("# A=1\n; B=2\n\n  C=3"), (Variables{{"C", "3"}}));
    EXPECT_EQ(parseEnvironment("# goes on \\\nA=1\nB=2"), (Variables{{"B", "2"}}));
    EXPECT_EQ(parseEnvironment("A='$x \"y\" \\'\nB=\"\\$x \\\\ \\n\""),
              (Variables{{"A", "$x \"y\" \\"}, {"B", "$x \\ \\n"}}));
    EXPECT_EQ(parseEnvironment("A=\"two\nlines\"\nB=joined\\\nup"),
              (Variables{{"A", "two\nlines"}, {"B", "joinedup"}}));
    EXPECT_EQ(parseEnvironment("A=\\ x\nB=it's \"so\""), (Variables{{"A", " x"}, {"B", "it's \"so\""}}));
    EXPECT_EQ(parseEnvironment("A=\"x\"'y'\nB="), (Variables{{"A", "xy"}, {"B", ""}}));
    EXPECT_EQ(parseEnvironment("A=1\r\nB=2\r\n"), (Variables{{"A", "1"}, {"B", "2"}}));
    EXPECT_EQ(parseEnvironment("A=1\nA=2"), (Variables{{"A", "2"}})) << "the last one counts";
}

TEST(EnvironmentFile, linesWithoutANameAreLeftOut) {
    EXPECT_EQ(parseEnvironment("export A=1\n1B=2\n=3\nno assignment\nC=4"), (Variables{{"C", "4"}}));
}

TEST(EnvironmentFile, oneThatMayBeMissingIsNotMissed) {
    EXPECT_TRUE(checkEnvironmentFiles({"-/nonexistent/web.env"}).ok());
    const auto missing = checkEnvironmentFiles({"/nonexistent/web.env"});
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(missing.error().message, "environment_file /nonexistent/web.env does not exist");
    EXPECT_THAT(checkEnvironmentFiles({"/"}).error().message, HasSubstr("not a regular file"));
}

TEST(EnvironmentFile, aLaterOneTakesPrecedence) {
    const test::TemporaryFolder folder(geteuid() == 0 ? "/run" : "/tmp");
    const std::string first = (folder.path() / "1").string();
    const std::string second = (folder.path() / "2").string();
    std::ofstream(first) << "A=1\nB=1\n";
    std::ofstream(second) << "B=2\n";
    const auto read = readEnvironmentFiles({first, second});
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, (Variables{{"A", "1"}, {"B", "2"}}));
}

TEST(EnvironmentFile, ofRootMustNotBeChangeableByOthers) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "only root takes care of that";
    }
    const test::TemporaryFolder folder("/run");
    const auto file = folder.path() / "web.env";
    std::ofstream(file) << "A=1\n";
    std::filesystem::permissions(file, std::filesystem::perms(0666));
    const auto refused = readEnvironmentFiles({file.string()});
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().message, HasSubstr("must not be changeable by other users"));
}

} // namespace
} // namespace healer::runtime
