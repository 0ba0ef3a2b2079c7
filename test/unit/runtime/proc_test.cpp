// SPDX-License-Identifier: Apache-2.0
#include "runtime/patience.hpp"
#include "runtime/pidfd.hpp"
#include "runtime/proc_entry.hpp"
#include "runtime/proc_origin.hpp"
#include "runtime/proc_scan.hpp"
#include "runtime/program_identity.hpp"
#include "support/files.hpp"
#include "support/no_descriptors.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>
#include <utility>

namespace {

using namespace healer;

/// A fork of the test that waits to be killed.
class Forked {
public:
    Forked() : pid_(fork()) {
        if (pid_ == 0) {
            while (true) {
                pause();
            }
        }
    }
    Forked(const Forked&) = delete;
    Forked& operator=(const Forked&) = delete;
    ~Forked() {
        if (pid_ > 0) {
            end();
            reap();
        }
    }
    [[nodiscard]] pid_t pid() const { return pid_; }
    void end() const { kill(pid_, SIGKILL); }
    void becomeZombie() const {
        end();
        siginfo_t info{};
        waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
    }
    void reap() { waitpid(std::exchange(pid_, -1), nullptr, 0); }

private:
    pid_t pid_;
};

TEST(Stat, surviveAnyName) {
    const std::string tail = " S 7 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 3 0 123456 1 1";
    for (const std::string name : {"plain", "two words", ") S 9 9", "((", "\n"}) {
        const auto stat = runtime::parseStat(42, "42 (" + name + ")" + tail);
        ASSERT_TRUE(stat) << name;
        EXPECT_EQ(stat->key, (core::ProcessKey{42, 123456}));
        EXPECT_EQ(stat->parent, 7);
        EXPECT_EQ(stat->threads, 3);
        EXPECT_FALSE(stat->kernelThread);
    }
    EXPECT_FALSE(runtime::parseStat(42, ""));
    EXPECT_FALSE(runtime::parseStat(42, "42 (x) S 1 2"));
    EXPECT_FALSE(runtime::parseStat(42, "42 (x) S a 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 3 0 123456 1"));
}

TEST(Facts, areThoseOfThisProcess) {
    const auto facts = runtime::factsOf(getpid());
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->key.pid, getpid());
    EXPECT_EQ(facts->parent, getppid());
    EXPECT_EQ(facts->realUid, getuid());
    EXPECT_FALSE(facts->zombie);
    EXPECT_TRUE(facts->inOwnPidNamespace);
    EXPECT_TRUE(facts->exe.ends_with("unit-runtime"));
    EXPECT_FALSE(facts->argv.empty());
    EXPECT_EQ(facts->originalLength, facts->argvLength) << "they are not replaced";
    EXPECT_EQ(facts->session, getsid(0));
    EXPECT_FALSE(facts->forkedOnly);
    EXPECT_EQ(facts->directory, std::filesystem::current_path());
    EXPECT_TRUE(facts->executedAs.ends_with("unit-runtime")) << facts->executedAs;
}

TEST(Facts, showWhoHasOnlyBeenForked) {
    const Forked child;
    const auto facts = runtime::factsOf(child.pid());
    ASSERT_TRUE(facts);
    EXPECT_TRUE(facts->forkedOnly);
    EXPECT_EQ(facts->parent, getpid());
}

TEST(Origin, isReadFromTheVectorOfEitherWordSize) {
    const auto vectorOf = [](auto... words) {
        std::string text;
        (text.append(reinterpret_cast<const char*>(&words), sizeof(words)), ...);
        return text;
    };
    EXPECT_EQ(runtime::executedAsAddress(vectorOf(std::uint64_t{6}, std::uint64_t{4096}, std::uint64_t{31},
                                                  std::uint64_t{0x7fff00000001})),
              0x7fff00000001U);
    EXPECT_EQ(runtime::executedAsAddress(vectorOf(std::uint32_t{6}, std::uint32_t{4096}, std::uint32_t{31},
                                                  std::uint32_t{0xfff00001})),
              0xfff00001U);
    EXPECT_FALSE(runtime::executedAsAddress(""));
    EXPECT_FALSE(runtime::executedAsAddress("31"));
}

TEST(Origin, followsLinksOneByOne) {
    const test::TemporaryFolder folder;
    test::writeFile(folder / "file", "");
    std::filesystem::create_symlink("file", folder / "second");
    std::filesystem::create_symlink(folder / "second", folder / "first");
    std::filesystem::create_directory_symlink(folder / ".", folder / "here");
    EXPECT_EQ(runtime::canonicalName(folder / "here/first"), folder / "first");
    EXPECT_EQ(runtime::linksOf(folder / "here/first"),
              (std::vector<std::string>{folder / "second", folder / "file"}));
    EXPECT_TRUE(runtime::linksOf(folder / "here/file").empty());
    EXPECT_TRUE(runtime::canonicalName(folder / "missing/file").empty());
}

/// Memory that lasts as long as a hostile user likes is stood for by a FIFO that has no writer.
TEST(Patience, doesNotWaitForWhatDoesNotCome) {
    const test::TemporaryFolder folder;
    const std::string fifo = folder / "fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    const auto seven = [] { return runtime::readPatiently([] { return 7; }); };
    EXPECT_EQ(seven(), 7);
    EXPECT_FALSE(
        runtime::readPatiently([fifo] { return runtime::UniqueFd(open(fifo.c_str(), O_RDONLY)).get(); }));
    EXPECT_FALSE(seven()) << "who reads is held up";
    const runtime::UniqueFd writer(open(fifo.c_str(), O_WRONLY | O_CLOEXEC));
    for (int tries = 0; tries < 500 && !seven(); ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(seven(), 7) << "and goes on afterwards";
}

TEST(Origin, isAStringOfAProcessUpToALimit) {
    const runtime::UniqueFd own(open("/proc/self", O_PATH | O_CLOEXEC));
    static const char kText[] = "a text";
    EXPECT_EQ(runtime::stringAt(own.get(), reinterpret_cast<std::uint64_t>(kText), 64), "a text");
    EXPECT_FALSE(runtime::stringAt(own.get(), reinterpret_cast<std::uint64_t>(kText), 3)) << "too long";
    EXPECT_FALSE(runtime::stringAt(own.get(), 0, 64)) << "nothing is mapped there";
    EXPECT_FALSE(runtime::stringAt(-1, 0, 64));
}

TEST(Facts, doNotHoldArgumentsOfOtherUsers) {
    core::ProcessFacts seen;
    const auto facts = runtime::factsOf(getpid(), [&seen](const core::ProcessFacts& known) {
        seen = known;
        return false;
    });
    EXPECT_FALSE(facts);
    EXPECT_EQ(seen.key.pid, getpid());
    EXPECT_EQ(seen.effectiveUid, geteuid());
    EXPECT_TRUE(seen.argv.empty()) << "asked before the arguments are read";
    EXPECT_TRUE(seen.exe.empty());
    EXPECT_TRUE(runtime::factsOf(getpid(), [](const core::ProcessFacts&) { return true; }));
    EXPECT_EQ(runtime::ProcEntry::open(getpid())->user(), geteuid());
}

TEST(Facts, areNoneForAMereThread) {
    pid_t thread = 0;
    pthread_barrier_t barrier;
    pthread_barrier_init(&barrier, nullptr, 2);
    std::thread other([&] {
        thread = gettid();
        pthread_barrier_wait(&barrier);
        pthread_barrier_wait(&barrier);
    });
    pthread_barrier_wait(&barrier);
    EXPECT_FALSE(runtime::factsOf(thread));
    const auto opened = runtime::openPidfd(runtime::keyOfPid(thread).orNone().value_or(core::ProcessKey{}));
    EXPECT_TRUE(opened && !*opened);
    pthread_barrier_wait(&barrier);
    other.join();
    pthread_barrier_destroy(&barrier);
}

TEST(Facts, showAZombie) {
    const Forked child;
    child.becomeZombie();
    const auto facts = runtime::factsOf(child.pid());
    ASSERT_TRUE(facts);
    EXPECT_TRUE(facts->zombie);
}

TEST(Pidfd, holdsExactlyOneIncarnation) {
    Forked child;
    const auto key = runtime::keyOfPid(child.pid());
    ASSERT_TRUE(key);
    auto opened = runtime::openPidfd(*key);
    ASSERT_TRUE(opened && *opened);
    EXPECT_FALSE(runtime::hasExited(opened->get()));
    auto other = runtime::openPidfd({key->pid, key->startTicks + 1});
    EXPECT_TRUE(other && !*other);
    ASSERT_TRUE(runtime::sendSignal(opened->get(), SIGTERM));
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT);
    EXPECT_TRUE(runtime::hasExited(opened->get()));
    EXPECT_EQ(runtime::exitOf(opened->get()).signal, SIGTERM);
    EXPECT_EQ(runtime::exitOf(opened->get()).signal, SIGTERM) << "the child must stay waitable";
    child.reap();
    EXPECT_TRUE(runtime::sendSignal(opened->get(), SIGTERM)) << "gone already is a success";
    auto late = runtime::openPidfd(*key);
    EXPECT_TRUE(late && !*late);
}

core::Identity ownIdentity() {
    const auto facts = runtime::factsOf(getpid());
    core::CommandPlan command;
    command.path = facts->exe;
    command.args = {facts->argv.begin() + 1, facts->argv.end()};
    command.user.uid = getuid();
    return *runtime::identityOf(command, "");
}

TEST(Scan, answersAllWhoAskedAndNoneWhoLeft) {
    runtime::Loop loop;
    runtime::ProcScan scan(loop);
    int answers = 0;
    bool found = false;
    const auto take = [&](const std::vector<core::Candidate>& all) {
        ++answers;
        found = std::ranges::any_of(all, [](const auto& one) { return one.facts.key.pid == getpid(); });
    };
    auto first = scan.find(ownIdentity, take);
    auto second = scan.find(ownIdentity, take);
    { const auto left = scan.find(ownIdentity, take); }
    EXPECT_EQ(answers, 0) << "never from within find()";
    while (first.pending() || second.pending()) {
        ASSERT_TRUE(loop.runOnce(std::chrono::seconds(5)));
    }
    EXPECT_EQ(answers, 2);
    EXPECT_TRUE(found);
}

TEST(Shortage, ofDescriptorsMakesNothingGone) {
    const Forked child;
    const auto key = *runtime::keyOfPid(child.pid());
    core::CommandPlan command;
    command.path = "/bin/sh";
    {
        const test::NoDescriptors none;
        EXPECT_TRUE(runtime::keyOfPid(child.pid()).isUnknown());
        EXPECT_TRUE(runtime::factsOf(child.pid()).isUnknown());
        EXPECT_EQ(runtime::presenceOf(key), runtime::Presence::unknown);
        EXPECT_TRUE(runtime::mayRun(key));
        EXPECT_FALSE(runtime::openPidfd(key).ok());
        EXPECT_TRUE(runtime::identityOf(command, "").isUnknown());
    }
    EXPECT_EQ(runtime::presenceOf(key), runtime::Presence::running);
    child.becomeZombie();
    EXPECT_EQ(runtime::presenceOf(key), runtime::Presence::ended);
    EXPECT_FALSE(runtime::mayRun(key));
    EXPECT_FALSE(runtime::keyOfPid(0));
    EXPECT_FALSE(runtime::keyOfPid(0).isUnknown());
}

TEST(Shortage, whatCouldBeReadOfAProcessIsNotMistakenForAll) {
    const auto entry = runtime::ProcEntry::open(getpid());
    ASSERT_TRUE(entry);
    (void)entry->argv();
    EXPECT_FALSE(entry->metShortage());
    const test::NoDescriptors none;
    EXPECT_TRUE(entry->argv().empty());
    EXPECT_TRUE(entry->metShortage());
}

TEST(Scan, answersOnlyWhenItCouldSeeEverything) {
    runtime::Loop loop;
    runtime::ProcScan scan(loop);
    const auto identity = ownIdentity();
    bool found = false;
    const auto timer = loop.addTimer(loop.now(), [] {}); // the timers have their descriptor
    ASSERT_TRUE(loop.runOnce(std::chrono::seconds(5)));
    runtime::ProcScan::Question question;
    {
        const test::NoDescriptors none;
        question = scan.find([&] { return identity; },
                             [&](const std::vector<core::Candidate>& all) { found = !all.empty(); });
        const auto end = loop.now() + std::chrono::milliseconds(500);
        while (loop.now() < end) {
            loop.runOnce(std::chrono::milliseconds(10));
        }
        EXPECT_TRUE(question.pending()) << "nothing found is no answer now";
    }
    while (question.pending()) {
        ASSERT_TRUE(loop.runOnce(std::chrono::seconds(5)));
    }
    EXPECT_TRUE(found) << "as soon as it can be seen";
}

TEST(Scan, doesNotHoldUpTheLoop) {
    std::vector<std::unique_ptr<Forked>> many;
    for (int count = 0; count < 500; ++count) {
        many.push_back(std::make_unique<Forked>());
    }
    runtime::Loop loop;
    runtime::ProcScan scan(loop);
    std::size_t found = 0;
    int turns = 0;
    auto question =
        scan.find(ownIdentity, [&](const std::vector<core::Candidate>& all) { found = all.size(); });
    while (question.pending()) {
        ASSERT_TRUE(loop.runOnce(std::chrono::seconds(5)));
        ++turns;
    }
    EXPECT_GE(found, 501U);
    EXPECT_GT(turns, 2) << "500 matching processes are more than one slice";
}

} // namespace
