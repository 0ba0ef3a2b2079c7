// SPDX-License-Identifier: Apache-2.0
#include "monitor/ebpf/ebpf_host.hpp"
#include "runtime/pidfd.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <deque>
#include <set>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace healer::monitor::ebpf {
namespace {

using namespace std::chrono_literals;

/// Records that the test writes.
class FakeProbe final : public KernelProbe {
public:
    explicit FakeProbe(std::size_t processes) : processes_(processes) {}
    core::Result<void> watch(pid_t pid) override {
        watched.insert(pid);
        return {};
    }
    void unwatch(pid_t pid) override { watched.erase(pid); }
    core::Result<void> expect(const std::string& name) override {
        expected.insert(name);
        return {};
    }
    void unexpect(const std::string& name) override { expected.erase(name); }
    [[nodiscard]] int fd() const override { return readable.get(); }
    void drain(const std::function<void(const KernelRecord&)>& take) override {
        eventfd_t ignored = 0;
        eventfd_read(readable.get(), &ignored);
        while (!records.empty()) {
            const auto record = records.front();
            records.pop_front();
            take(record);
        }
    }
    [[nodiscard]] std::uint64_t lost() const override { return 0; }
    [[nodiscard]] std::size_t capacity() const override { return processes_; }

    void write(KernelRecord record) {
        records.push_back(std::move(record));
        eventfd_write(readable.get(), 1);
    }

    std::set<pid_t> watched;
    std::set<std::string> expected;
    std::deque<KernelRecord> records;
    runtime::UniqueFd readable{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};

private:
    std::size_t processes_;
};

class NullLog final : public runtime::Log {
    void write(const runtime::LogEntry&) override {}
};

class EbpfHostTest : public testing::Test {
protected:
    EbpfHostTest() {
        plan_.type = "ebpf";
        plan_.args["interval_secs"] = core::Duration(1h);
        process_.name = "web";
        process_.command.path = "/usr/sbin/web";
        monitor_ =
            host_.make({process_, plan_, [this](core::Event event) { events_.push_back(std::move(event)); }});
    }

    FakeProbe& probe() { return *probe_; }

    runtime::Loop loop_;
    NullLog log_;
    FakeProbe* probe_ = nullptr; ///< the last one, owned by the host
    EbpfHost host_{{.loop = loop_, .log = log_}, [this](std::size_t processes) {
                       probe_ = new FakeProbe(processes);
                       return core::Result<std::unique_ptr<KernelProbe>>(
                           std::unique_ptr<KernelProbe>(probe_));
                   }};
    core::ProcessPlan process_;
    core::MonitorPlan plan_;
    std::vector<core::Event> events_;
    std::unique_ptr<Monitor> monitor_;
};

TEST_F(EbpfHostTest, reportsTheExitOfTheRecord) {
    const pid_t child = fork();
    if (child == 0) {
        for (;;) {
            pause();
        }
    }
    const auto key = *runtime::keyOfPid(child);
    monitor_->follow(key);
    EXPECT_TRUE(probe().watched.contains(child));
    core::Exit exit;
    exit.reason = core::ExitReason::exited;
    exit.code = 3;
    probe().write(ExitRecord{{child, key.startTicks + 1}, 0, exit});
    probe().write(ExitRecord{key, 0, exit});
    while (events_.empty()) {
        ASSERT_TRUE(loop_.runOnce(5s));
    }
    const auto& down = std::get<core::event::Down>(events_.front());
    EXPECT_EQ(down.exit.code, 3) << "from the record: the process has not ended";
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    while (loop_.runOnce(5ms)) {
    }
    EXPECT_EQ(events_.size(), 1U) << "neither the record of another instance nor the pidfd reports it again";
}

TEST_F(EbpfHostTest, expectsStartsOnlyWhileThereIsNoInstance) {
    monitor_->follow(std::nullopt);
    EXPECT_TRUE(probe().expected.contains("web"));
    monitor_->follow(*runtime::keyOfPid(getpid()));
    EXPECT_TRUE(probe().expected.empty());
    monitor_.reset();
    EXPECT_TRUE(probe().watched.empty());
}

TEST_F(EbpfHostTest, moreProcessesGetALargerProbeThatKnowsWhatIsWatched) {
    monitor_->follow(*runtime::keyOfPid(getpid()));
    auto other = process_;
    other.command.path = "/usr/sbin/a-name-longer-than-the-kernel-keeps";
    const auto waiting = host_.make({.process = other, .plan = plan_, .report = [](const core::Event&) {}});
    waiting->follow(std::nullopt);
    const auto* const before = probe_;
    host_.prepareFor(0);
    EXPECT_EQ(probe_, before) << "large enough";
    host_.prepareFor(100);
    EXPECT_EQ(probe().capacity(), 100U);
    EXPECT_EQ(probe().watched, std::set<pid_t>{getpid()});
    EXPECT_EQ(probe().expected, std::set<std::string>{"a-name-longer-t"});
    core::Exit exit;
    exit.reason = core::ExitReason::signaled;
    probe().write(ExitRecord{*runtime::keyOfPid(getpid()), 0, exit});
    while (events_.empty()) {
        ASSERT_TRUE(loop_.runOnce(5s)) << "its ring is the one that is read";
    }
}

} // namespace
} // namespace healer::monitor::ebpf
