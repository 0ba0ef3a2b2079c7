// SPDX-License-Identifier: Apache-2.0
#include "runtime/safe_open.hpp"
#include "support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace healer::runtime {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr uid_t kOtherUser = 65534;

class SafeOpen : public testing::Test {
protected:
    static void append(const AppendFile& opened, const std::string& text) {
        ASSERT_TRUE(opened.file);
        ASSERT_EQ(write(opened.file.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }

    test::TemporaryFolder folder_{geteuid() == 0 ? "/run" : "/tmp"};
    fs::path directory_ = folder_.path();
};

TEST_F(SafeOpen, createsAndAppends) {
    const auto file = directory_ / "out.log";
    for (const char* word : {"one ", "two"}) {
        auto opened = openForAppend(file);
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        append(*opened, word);
    }
    EXPECT_EQ(test::readText(file), "one two");
    struct stat found {};
    ASSERT_EQ(stat(file.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0137U, 0U) << "wider than 0640";
}

TEST_F(SafeOpen, takesADevice) {
    const auto opened = openForAppend("/dev/null");
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(opened.value().file);
}

TEST_F(SafeOpen, theDescriptorIsBlockingAndClosedByExec) {
    const auto opened = openForAppend(directory_ / "out.log");
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(fcntl(opened.value().file.get(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(fcntl(opened.value().file.get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(SafeOpen, refusesAFifoWithoutWaitingForItsReader) {
    const auto fifo = directory_ / "fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_FALSE(openForAppend(fifo).ok());
    const UniqueFd reader(open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    ASSERT_TRUE(reader);
    EXPECT_THAT(openForAppend(fifo).error().message, HasSubstr("neither a file nor a character device"));
}

TEST_F(SafeOpen, namesWhatIsMissing) {
    EXPECT_THAT(openForAppend(directory_ / "none" / "out.log").error().message,
                HasSubstr("No such file or directory"));
    EXPECT_FALSE(openForAppend(directory_).ok()) << "a directory";
}

class SafeOpenAsRoot : public SafeOpen {
protected:
    void SetUp() override {
        if (geteuid() != 0) {
            GTEST_SKIP() << "an ordinary user is not subject to the walk";
        }
    }
    fs::path makeDirectory(const char* name, mode_t mode, uid_t owner = 0) {
        const auto path = directory_ / name;
        fs::create_directory(path);
        EXPECT_EQ(chown(path.c_str(), owner, owner), 0);
        EXPECT_EQ(chmod(path.c_str(), mode), 0);
        return path;
    }
    static void expectUntrusted(const fs::path& path, const std::string& culprit) {
        const auto opened = openForAppend(path);
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        EXPECT_FALSE(opened.value().file);
        EXPECT_THAT(opened.value().untrusted, HasSubstr(culprit));
        EXPECT_FALSE(fs::exists(path));
    }
};

TEST_F(SafeOpenAsRoot, doesNotTrustWhatOthersCanChange) {
    const auto theirs = makeDirectory("theirs", 0755, kOtherUser);
    expectUntrusted(theirs / "out.log", theirs.string() + " can be changed");
    expectUntrusted(makeDirectory("group", 0775) / "out.log", "group can be changed");
    expectUntrusted(makeDirectory("world", 0757) / "out.log", "world can be changed");
    expectUntrusted("/tmp/healer-no-such-file.log", "/tmp can be changed");
}

TEST_F(SafeOpenAsRoot, passesThroughASharedStickyDirectoryIntoOneOfOurs) {
    const auto shared = makeDirectory("shared", 01777);
    fs::create_directory(shared / "ours");
    EXPECT_TRUE(openForAppend(shared / "ours" / "out.log").value().file);
    fs::create_symlink("ours", shared / "link");
    expectUntrusted(shared / "link" / "linked.log", "is in a directory that other users can change");
    fs::create_directory(shared / "theirs");
    ASSERT_EQ(chown((shared / "theirs").c_str(), kOtherUser, kOtherUser), 0);
    expectUntrusted(shared / "theirs" / "out.log", "theirs can be changed");
}

TEST_F(SafeOpenAsRoot, judgesEveryDirectoryOnTheWay) {
    const auto theirs = makeDirectory("theirs", 0755, kOtherUser);
    fs::create_directory(theirs / "inner");
    expectUntrusted(theirs / "inner" / "out.log", theirs.string() + " can be changed");
    expectUntrusted(theirs / "none" / "out.log", theirs.string() + " can be changed");
}

TEST_F(SafeOpenAsRoot, doesNotFollowALinkInTheLastPlace) {
    const auto target = directory_ / "target";
    std::ofstream(target) << "precious";
    fs::create_symlink(target, directory_ / "out.log");
    EXPECT_THAT(openForAppend(directory_ / "out.log").error().message, HasSubstr("it is a symbolic link"));
    EXPECT_EQ(test::readText(target), "precious");
}

TEST_F(SafeOpenAsRoot, followsLinksOfRootOnTheWayAndJudgesWhereTheyLead) {
    const auto good = makeDirectory("good", 0755);
    fs::create_directory_symlink("good", directory_ / "relative");
    fs::create_directory_symlink(good, directory_ / "absolute");
    fs::create_directory_symlink("good/../good/.", directory_ / "winding");
    for (const char* link : {"relative", "absolute", "winding"}) {
        const auto opened = openForAppend(directory_ / link / "out.log");
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        append(opened.value(), "x");
    }
    EXPECT_EQ(test::readText(good / "out.log"), "xxx");
    const auto theirs = makeDirectory("theirs", 0755, kOtherUser);
    fs::create_directory_symlink(theirs, directory_ / "bad");
    expectUntrusted(directory_ / "bad" / "out.log", theirs.string() + " can be changed");
}

TEST_F(SafeOpenAsRoot, doesNotFollowALinkOfAnotherUser) {
    makeDirectory("good", 0755);
    fs::create_directory_symlink("good", directory_ / "link");
    ASSERT_EQ(lchown((directory_ / "link").c_str(), kOtherUser, kOtherUser), 0);
    expectUntrusted(directory_ / "link" / "out.log", "link belongs to another user");
}

TEST_F(SafeOpenAsRoot, createsADirectoryOnlyWhereNoOtherUserCanMoveIt) {
    EXPECT_TRUE(makeOwnDirectory(directory_ / "fresh/", 0750).ok());
    EXPECT_TRUE(makeOwnDirectory(directory_ / "fresh", 0750).ok()) << "it is there already";
    const auto theirs = makeDirectory("theirs", 0755, kOtherUser);
    EXPECT_THAT(makeOwnDirectory(theirs / "logs", 0750).error().message, HasSubstr("can be changed"));
    EXPECT_FALSE(fs::exists(theirs / "logs"));
    EXPECT_THAT(makeOwnDirectory(theirs, 0750).error().message, HasSubstr("can be changed"));
    fs::create_directory_symlink(directory_, theirs / "elsewhere");
    EXPECT_FALSE(makeOwnDirectory(theirs / "elsewhere" / "planted", 0750).ok());
    EXPECT_FALSE(fs::exists(directory_ / "planted"));
}

TEST_F(SafeOpenAsRoot, aDirectoryInASharedOneMustBeItsOwn) {
    const auto shared = makeDirectory("shared", 01777);
    EXPECT_TRUE(makeOwnDirectory(shared / "ours", 0750).ok());
    fs::create_directory(shared / "theirs");
    ASSERT_EQ(chown((shared / "theirs").c_str(), kOtherUser, kOtherUser), 0);
    EXPECT_THAT(makeOwnDirectory(shared / "theirs", 0750).error().message, HasSubstr("can be changed"));
    fs::create_directory_symlink(directory_, shared / "link");
    EXPECT_THAT(makeOwnDirectory(shared / "link", 0750).error().message, HasSubstr("symbolic link"));
    EXPECT_THAT(makeOwnDirectory(shared, 0750).error().message, HasSubstr("can be changed"));
}

TEST_F(SafeOpenAsRoot, givesUpOnCircles) {
    fs::create_directory_symlink("b", directory_ / "a");
    fs::create_directory_symlink("a", directory_ / "b");
    EXPECT_THAT(openForAppend(directory_ / "a" / "out.log").error().message, HasSubstr("cannot be followed"));
}

TEST_F(SafeOpenAsRoot, refusesWhatIsNoPathOfAFile) {
    for (const char* path : {"", "relative/out.log", "/", "/run/", "/run/.."}) {
        EXPECT_FALSE(openForAppend(path).ok()) << path;
    }
}

} // namespace
} // namespace healer::runtime
