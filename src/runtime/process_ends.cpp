// SPDX-License-Identifier: Apache-2.0
#include "runtime/process_ends.hpp"

#include "runtime/pidfd.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace healer::runtime {

namespace {

/// As many as are dealt with before something else has its turn.
constexpr std::size_t kBatch = 16;

constexpr unsigned kSerialShift = 32;

} // namespace

/// A process with all who wait for its end. Goes with the last of them.
struct ProcessEnds::Held {
    Held(ProcessEnds& ends, std::optional<core::ProcessKey> of, UniqueFd fd)
        : owner(ends), key(of), pidfd(std::move(fd)), serial(++ends.lastSerial_) {
        const auto number = static_cast<std::size_t>(pidfd.get());
        epoll_event event{};
        event.events = EPOLLIN | EPOLLET;
        event.data.u64 = (std::uint64_t{serial} << kSerialShift) | number;
        if (epoll_ctl(owner.epoll_.get(), EPOLL_CTL_ADD, pidfd.get(), &event) != 0) {
            throw std::system_error(errno, std::system_category(), "cannot watch a process");
        }
        owner.byDescriptor_.resize(std::max(owner.byDescriptor_.size(), number + 1));
        owner.byDescriptor_[number] = this;
        if (key) {
            owner.byKey_.emplace(*key, this);
        }
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() {
        epoll_ctl(owner.epoll_.get(), EPOLL_CTL_DEL, pidfd.get(), nullptr);
        owner.byDescriptor_[static_cast<std::size_t>(pidfd.get())] = nullptr;
        if (key) {
            owner.byKey_.erase(*key);
        }
    }

    ProcessEnds& owner;
    std::optional<core::ProcessKey> key;
    UniqueFd pidfd;
    std::uint32_t serial;                    ///< numbers of descriptors are used again
    std::unique_ptr<const core::Exit> exit;  ///< null: it has not ended
    std::vector<ProcessEnd::State*> waiting; ///< in the order in which they came
    std::weak_ptr<Held> self;
};

struct ProcessEnd::State {
    State(std::shared_ptr<ProcessEnds::Held> process, ProcessEnds::Ended callback)
        : held(std::move(process)), ended(std::move(callback)) {
        if (held->exit) {
            late = held->owner.loop_.addDeferred([this] { report(); });
        } else {
            held->waiting.push_back(this);
        }
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { std::erase(held->waiting, this); }

    /// It may be destroyed by this.
    void report() {
        const auto process = held;
        const auto callback = std::move(ended);
        callback(*process->exit);
    }

    std::shared_ptr<ProcessEnds::Held> held;
    ProcessEnds::Ended ended;
    Source late; ///< where it had ended before
};

ProcessEnd::ProcessEnd() = default;
ProcessEnd::ProcessEnd(std::unique_ptr<State> state) : state_(std::move(state)) {}
ProcessEnd::ProcessEnd(ProcessEnd&&) noexcept = default;
ProcessEnd& ProcessEnd::operator=(ProcessEnd&&) noexcept = default;
ProcessEnd::~ProcessEnd() = default;

void ProcessEnd::reset() {
    state_.reset();
}

int ProcessEnd::pidfd() const {
    return state_ ? state_->held->pidfd.get() : -1;
}

ProcessEnds::ProcessEnds(Loop& loop) : loop_(loop), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) {
        throw std::system_error(errno, std::system_category(), "cannot watch processes");
    }
    ready_ = loop_.addIo(epoll_.get(), EPOLLIN, [this](std::uint32_t) { takeBatch(); });
}

ProcessEnds::~ProcessEnds() = default;

core::Result<ProcessEnd> ProcessEnds::await(core::ProcessKey key, Ended ended) {
    if (const auto known = byKey_.find(key); known != byKey_.end()) {
        return join(known->second->self.lock(), std::move(ended));
    }
    auto pidfd = openPidfd(key);
    if (!pidfd) {
        return pidfd.error();
    }
    return *pidfd ? join(hold(key, std::move(*pidfd)), std::move(ended)) : ProcessEnd();
}

ProcessEnd ProcessEnds::await(std::optional<core::ProcessKey> key, UniqueFd pidfd, Ended ended) {
    const auto known = key ? byKey_.find(*key) : byKey_.end();
    return join(known != byKey_.end() ? known->second->self.lock() : hold(key, std::move(pidfd)),
                std::move(ended));
}

std::shared_ptr<ProcessEnds::Held> ProcessEnds::hold(std::optional<core::ProcessKey> key, UniqueFd pidfd) {
    auto held = std::make_shared<Held>(*this, key, std::move(pidfd));
    held->self = held;
    return held;
}

ProcessEnd ProcessEnds::join(const std::shared_ptr<Held>& held, Ended ended) {
    return ProcessEnd(std::make_unique<ProcessEnd::State>(held, std::move(ended)));
}

/// What is not taken stays in the epoll, which is readable until all is taken.
void ProcessEnds::takeBatch() {
    std::array<epoll_event, kBatch> events{};
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(), 0);
    if (briefing_) {
        briefing_();
    }
    for (int i = 0; i < count; ++i) {
        const auto tag = events.at(static_cast<std::size_t>(i)).data.u64;
        const auto number = static_cast<std::size_t>(tag & UINT32_MAX);
        // Whoever was called before may have released it.
        Held* const found = byDescriptor_.at(number);
        if (found == nullptr || found->serial != tag >> kSerialShift) {
            continue;
        }
        const auto held = found->self.lock();
        held->exit = std::make_unique<const core::Exit>(exitOf(held->pidfd.get()));
        while (!held->waiting.empty()) {
            auto* const next = held->waiting.front();
            held->waiting.erase(held->waiting.begin());
            next->report();
        }
    }
}

} // namespace healer::runtime
