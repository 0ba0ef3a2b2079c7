// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime_directory.hpp"
#include "support/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

namespace healer::daemon {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr uid_t kStranger = 65534;

/// Exit status of a child that runs this.
int inChild(const std::function<bool()>& work) {
    const pid_t pid = fork();
    if (pid == 0) {
        _exit(work() ? 0 : 1);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

class OwnFolders : public testing::Test {
protected:
    ~OwnFolders() override { unsetenv("RUNTIME_DIRECTORY"); }

    test::TemporaryFolder own_;
    fs::path folder_ = own_.path();
};

TEST_F(OwnFolders, ThePidFileIsRefusedToASecondAndRemovedAtTheEnd) {
    {
        const auto first = PidFile::create(folder_ / "pid");
        ASSERT_TRUE(first.ok()) << first.error().message;
        EXPECT_TRUE(fs::exists(folder_ / "pid" / "healer.pid"));
        EXPECT_THAT(PidFile::create(folder_ / "pid").error().message,
                    HasSubstr("another Healer is already running as PID " + std::to_string(getpid())));
    }
    EXPECT_FALSE(fs::exists(folder_ / "pid" / "healer.pid"));
}

TEST_F(OwnFolders, AnotherUserWhoLocksAReadableFileDoesNotBlockHealer) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "only root can act as another user";
    }
    fs::permissions(folder_, fs::perms(0755));
    ASSERT_EQ(inChild([&] {
                  // Ends as a Healer that was killed does: the files stay.
                  auto file = PidFile::create(folder_ / "pid");
                  _exit(file.ok() ? 0 : 1);
                  return true;
              }),
              0);
    std::array<int, 2> held{};
    std::array<int, 2> done{};
    ASSERT_EQ(pipe(held.data()), 0);
    ASSERT_EQ(pipe(done.data()), 0);
    const pid_t other = fork();
    if (other == 0) {
        char locks = setresuid(kStranger, kStranger, kStranger) == 0 ? '0' : '?';
        for (const auto& entry : fs::directory_iterator(folder_ / "pid")) {
            const int fd = open(entry.path().c_str(), O_RDONLY);
            locks = static_cast<char>(locks + (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 ? 1 : 0));
        }
        (void)!write(held[1], &locks, 1);
        close(done[1]);
        (void)!read(done[0], &locks, 1);
        _exit(0);
    }
    char locks = 0;
    ASSERT_EQ(read(held[0], &locks, 1), 1);
    EXPECT_EQ(locks, '1') << "healer.pid can be read, and so be locked";
    const auto file = PidFile::create(folder_ / "pid");
    EXPECT_TRUE(file.ok()) << file.error().message;
    for (const int fd : {held[0], held[1], done[0], done[1]}) {
        close(fd);
    }
    waitpid(other, nullptr, 0);
}

TEST_F(OwnFolders, ThePidFileFollowsNothingAndOverwritesNothing) {
    fs::create_directory(folder_ / "pid");
    fs::create_symlink(folder_ / "victim", folder_ / "pid" / "healer.pid");
    EXPECT_FALSE(PidFile::create(folder_ / "pid").ok());
    EXPECT_FALSE(fs::exists(folder_ / "victim"));
    fs::remove(folder_ / "pid" / "healer.pid");
    ASSERT_EQ(mkfifo((folder_ / "pid" / "healer.pid").c_str(), 0666), 0);
    EXPECT_THAT(PidFile::create(folder_ / "pid").error().message, HasSubstr("not a regular file"));
}

TEST_F(OwnFolders, TheRuntimeDirectoryMustBelongToHealerAlone) {
    const auto base = folder_ / "run";
    setenv("RUNTIME_DIRECTORY", base.c_str(), 1);
    fs::create_directory(base);
    fs::permissions(base, fs::perms(0777));
    EXPECT_THAT(RuntimeDirectory::open("/etc/healer/config.yaml").error().message,
                HasSubstr("can be changed by other users"));
    fs::remove(base);
    fs::create_directory(folder_ / "real");
    fs::create_symlink(folder_ / "real", base);
    EXPECT_FALSE(RuntimeDirectory::open("/etc/healer/config.yaml").ok());
    fs::remove(base);
    const auto made = RuntimeDirectory::open("/etc/healer/config.yaml");
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ(fs::status(made->path()).permissions(), fs::perms(0700));
}

} // namespace
} // namespace healer::daemon
