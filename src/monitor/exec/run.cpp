// SPDX-License-Identifier: Apache-2.0
#include "monitor/exec/run.hpp"

#include "monitor/probe/shown_text.hpp"
#include "runtime/pidfd.hpp"
#include "runtime/spawn/environment.hpp"
#include "runtime/spawn/own_children.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace healer::monitor::exec {

namespace {

constexpr std::size_t kShownBytes = 1024;
constexpr std::size_t kKeptBytes = 4 * kShownBytes;
constexpr int kMostReadsAtTheEnd = 16;

} // namespace

Run::Run(runtime::Loop& loop, Done done) : loop_(loop), done_(std::move(done)) {}

Run::~Run() {
    if (!reaped_) {
        constexpr int kPatienceMilliseconds = 100;
        killGroup();
        pollfd entry{spawn_->pidfd(), POLLIN, 0};
        (void)::poll(&entry, 1, kPatienceMilliseconds);
        reap();
    }
}

core::Result<void> Run::start(runtime::SpawnSettings settings, runtime::LowDescriptors& numbers) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return core::Error{"cannot make a pipe: " + std::system_category().message(errno)};
    }
    output_.reset(ends[0]);
    settings.output.reset(ends[1]);
    ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
    auto spawn = runtime::Spawn::prepare(std::move(settings));
    if (!spawn) {
        return spawn.error();
    }
    spawn_ = std::move(*spawn);
    if (auto started = spawn_->start(numbers); !started) {
        return started;
    }
    reaped_ = false;
    statusSource_ = loop_.addIo(spawn_->statusFd(), EPOLLIN, [this](std::uint32_t) { statusChanged(); });
    endSource_ = loop_.addIo(spawn_->pidfd(), EPOLLIN, [this](std::uint32_t) { ended(); });
    outputSource_ = loop_.addIo(output_.get(), EPOLLIN, [this](std::uint32_t) {
        if (!readOutput()) {
            outputSource_.reset();
        }
    });
    return {};
}

void Run::statusChanged() {
    static const bool kLowered = runtime::oomScoreIsLowered();
    if (outcome_) {
        return;
    }
    outcome_ = spawn_->outcome();
    if (outcome_) {
        statusSource_.reset();
        if (outcome_->ok() && kLowered) {
            runtime::resetOomScore(spawn_->pid());
        }
    }
}

void Run::ended() {
    statusChanged();
    if (!outcome_) {
        return;
    }
    for (int count = 0; count < kMostReadsAtTheEnd && readOutput(); ++count) {
    }
    const auto exit = runtime::exitOf(spawn_->pidfd());
    // The PID cannot be reused before it has been reaped.
    killGroup();
    reap();
    if (!*outcome_) {
        report(outcome_->error());
    } else {
        report(exit);
    }
    if (const auto callback = std::exchange(reapedCallback_, nullptr)) {
        callback();
    }
}

void Run::kill() {
    done_ = nullptr;
    if (!reaped_) {
        killGroup();
    }
}

void Run::killGroup() const {
    (void)runtime::sendSignal(spawn_->pidfd(), SIGKILL);
    runtime::killGroup(spawn_->pid());
}

void Run::reap() {
    runtime::reapOwnChild(spawn_->pidfd());
    reaped_ = true;
    statusSource_.reset();
    endSource_.reset();
    outputSource_.reset();
}

void Run::report(const core::Result<core::Exit>& end) {
    if (const auto done = std::exchange(done_, nullptr)) {
        done(end);
    }
}

/// False when nothing more can be read now.
bool Run::readOutput() {
    std::array<char, 4096> buffer{};
    const ssize_t length = ::read(output_.get(), buffer.data(), buffer.size());
    if (length <= 0) {
        return length < 0 && errno == EINTR;
    }
    tail_.append(buffer.data(), static_cast<std::size_t>(length));
    if (tail_.size() > kKeptBytes) {
        tail_.erase(0, tail_.size() - kKeptBytes);
    }
    return true;
}

std::string Run::output() const {
    return probe::shownText(tail_, kShownBytes);
}

} // namespace healer::monitor::exec
