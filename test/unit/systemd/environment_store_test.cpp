// SPDX-License-Identifier: Apache-2.0
#include "systemd/environment_store.hpp"

#include "runtime/spawn/environment_file.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>

namespace healer::systemd {
namespace {

namespace fs = std::filesystem;
using Variables = std::map<std::string, std::string>;

class EnvironmentStoreTest : public testing::Test {
protected:
    // Only a directory that no other user can change is used as root.
    test::TemporaryFolder folder_{geteuid() == 0 ? "/run" : "/tmp"};
    EnvironmentStore store_{(folder_.path() / "healer" / "environment").string()};

    std::string kept(const Variables& variables) {
        const auto path = store_.keep("healer-web.service", variables);
        EXPECT_TRUE(path.ok()) << (path.ok() ? "" : path.error().message);
        return path.ok() ? *path : std::string();
    }
};

TEST_F(EnvironmentStoreTest, keepsTheValuesFromOthers) {
    const std::string path = kept({{"PASSWORD", "s3cret"}});
    struct stat found {};
    ASSERT_EQ(::stat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777U, 0600U);
    ASSERT_EQ(::stat(fs::path(path).parent_path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777U, 0700U);
    EXPECT_EQ(path.find("s3cret"), std::string::npos);
}

TEST_F(EnvironmentStoreTest, theSameVariablesAreTheSameFileAndOthersAreAnother) {
    const std::string first = kept({{"A", "1"}});
    EXPECT_EQ(kept({{"A", "1"}}), first);
    const std::string second = kept({{"A", "2"}});
    EXPECT_NE(second, first);
    store_.removeOthers("healer-web.service", second);
    EXPECT_FALSE(fs::exists(first));
    EXPECT_TRUE(fs::exists(second));
    EXPECT_NE(kept({{"A", "1"}}), first) << "a name that shows what is in the file";
    EXPECT_EQ(store_.units(), std::vector<std::string>{"healer-web.service"});
    store_.removeOthers("healer-web.service", {});
    EXPECT_TRUE(store_.units().empty());
}

TEST_F(EnvironmentStoreTest, thePathIsNoPatternWhateverTheNameOfTheUnit) {
    const auto path = store_.keep("healer-a\\x40b.service", {{"A", "1"}});
    ASSERT_TRUE(path.ok());
    EXPECT_EQ(path->find_first_of("*?[\\"), std::string::npos) << *path;
    EXPECT_EQ(store_.units(), std::vector<std::string>{"healer-a\\x40b.service"});
}

TEST_F(EnvironmentStoreTest, anyValueIsReadBackAsItWas) {
    const Variables hostile{
        {"A", ""},           {"B", "a\"b\\c$d`e'f #g;  "},    {"C", "line1\nline2\ttab\n"}, {"D", "\\"},
        {"E", "  lead\\\n"}, {"F", "%n ${A} \\x41 \xc3\xbc"}, {"G", "x=y # no comment"}};
    EXPECT_EQ(runtime::parseEnvironment(environmentFileText(hostile)), hostile);
}

} // namespace
} // namespace healer::systemd
