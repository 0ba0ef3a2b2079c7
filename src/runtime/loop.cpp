// SPDX-License-Identifier: Apache-2.0
#include "runtime/loop.hpp"

#include "runtime/process_ends.hpp"

#include <systemd/sd-event.h>

#include <sys/epoll.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

namespace healer::runtime {

namespace {

int check(int result, const char* what) {
    if (result < 0) {
        throw std::system_error(-result, std::system_category(), what);
    }
    return result;
}

std::uint64_t toUsec(core::TimePoint when) {
    const auto count = when.time_since_epoch().count();
    return count < 0 ? 0 : static_cast<std::uint64_t>(count);
}

} // namespace

struct Loop::Simulation {
    core::TimePoint now;
    std::multimap<core::TimePoint, Source::State*> timers;
};

struct Source::State {
    explicit State(Loop& owner) : loop(owner) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { drop(); }

    void drop() {
        if (source != nullptr) {
            sd_event_source_disable_unref(std::exchange(source, nullptr));
        }
        if (timer) {
            loop.simulation_->timers.erase(*std::exchange(timer, std::nullopt));
        }
    }

    /// The exception barrier. Keeps the state alive, as the callback may destroy its own Source.
    template <typename... Args>
    int call(Args... args) {
        const auto keep = self.lock();
        try {
            const auto callback = function;
            (*callback)(static_cast<std::uint32_t>(args)...);
        } catch (...) {
            loop.fail(std::current_exception());
        }
        return 0;
    }

    Loop& loop;
    sd_event_source* source = nullptr;
    std::optional<std::multimap<core::TimePoint, State*>::iterator> timer; ///< of simulated time
    std::weak_ptr<State> self;
    std::shared_ptr<std::function<void(std::uint32_t)>> function;
};

Source::Source() = default;
Source::Source(std::shared_ptr<State> state) : state_(std::move(state)) {}
Source::Source(Source&&) noexcept = default;
Source& Source::operator=(Source&& other) noexcept {
    if (this != &other) {
        reset();
        state_ = std::move(other.state_);
    }
    return *this;
}
Source::~Source() {
    reset();
}

void Source::reset() {
    if (state_) {
        state_->drop();
        state_.reset();
    }
}

Loop::Loop(Time time) : simulation_(time == Time::simulated ? std::make_unique<Simulation>() : nullptr) {
    check(sd_event_new(&event_), "cannot create an event loop");
    processEnds_ = std::make_unique<ProcessEnds>(*this);
}

Loop::~Loop() {
    processEnds_.reset();
    sd_event_unref(event_);
}

core::TimePoint Loop::now() const {
    return simulation_ ? simulation_->now : bootTime();
}

core::TimePoint Loop::bootTime() {
    timespec ts{};
    clock_gettime(CLOCK_BOOTTIME, &ts);
    return core::TimePoint(std::chrono::duration_cast<core::Duration>(std::chrono::seconds(ts.tv_sec) +
                                                                      std::chrono::nanoseconds(ts.tv_nsec)));
}

core::Duration Loop::suspended() const {
    const auto read = [](clockid_t clock) {
        timespec now{};
        clock_gettime(clock, &now);
        return std::chrono::duration_cast<core::Duration>(std::chrono::seconds(now.tv_sec) +
                                                          std::chrono::nanoseconds(now.tv_nsec));
    };
    return simulation_ ? core::Duration::zero() : read(CLOCK_BOOTTIME) - read(CLOCK_MONOTONIC);
}

core::Moment Loop::moment() const {
    if (simulation_) {
        return now();
    }
    return {now(), std::chrono::time_point_cast<core::Duration>(std::chrono::system_clock::now())};
}

namespace {

template <typename State>
std::shared_ptr<State> makeState(Loop& loop, std::function<void(std::uint32_t)> callback) {
    auto state = std::make_shared<State>(loop);
    state->self = state;
    state->function = std::make_shared<std::function<void(std::uint32_t)>>(std::move(callback));
    return state;
}

} // namespace

Source Loop::addIo(int fd, std::uint32_t epollEvents, std::function<void(std::uint32_t)> callback) {
    auto state = makeState<Source::State>(*this, std::move(callback));
    check(sd_event_add_io(
              event_, &state->source, fd, epollEvents,
              [](sd_event_source*, int, std::uint32_t revents, void* data) {
                  return static_cast<Source::State*>(data)->call(revents);
              },
              state.get()),
          "cannot watch a descriptor");
    return Source(std::move(state));
}

void Loop::noteDue(core::TimePoint due) {
    constexpr core::Duration kPunctual = std::chrono::milliseconds(100);
    const auto present = now();
    const auto late = present - std::max(due, stalledUntil_);
    if (late > kPunctual) {
        stalled_ += late;
        stalledUntil_ = present;
    }
}

Source Loop::addTimer(core::TimePoint when, std::function<void()> callback) {
    constexpr std::uint64_t kAccuracyUsec = 1000;
    auto state = makeState<Source::State>(
        *this, [this, due = std::max(when, now()), callback = std::move(callback)](std::uint32_t) {
            noteDue(due);
            callback();
        });
    if (simulation_) {
        state->timer = simulation_->timers.emplace(when, state.get());
        return Source(std::move(state));
    }
    check(sd_event_add_time(
              event_, &state->source, CLOCK_BOOTTIME, toUsec(when), kAccuracyUsec,
              [](sd_event_source*, std::uint64_t, void* data) {
                  return static_cast<Source::State*>(data)->call(0U);
              },
              state.get()),
          "cannot set a timer");
    return Source(std::move(state));
}

Source Loop::addDeferred(std::function<void()> callback) {
    auto state =
        makeState<Source::State>(*this, [callback = std::move(callback)](std::uint32_t) { callback(); });
    check(sd_event_add_defer(
              event_, &state->source,
              [](sd_event_source*, void* data) { return static_cast<Source::State*>(data)->call(0U); },
              state.get()),
          "cannot defer a call");
    return Source(std::move(state));
}

Source Loop::addSignal(int signal, std::function<void()> callback) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    check(-pthread_sigmask(SIG_BLOCK, &set, nullptr), "cannot block a signal");
    auto state =
        makeState<Source::State>(*this, [callback = std::move(callback)](std::uint32_t) { callback(); });
    check(sd_event_add_signal(
              event_, &state->source, signal,
              [](sd_event_source*, const signalfd_siginfo*, void* data) {
                  return static_cast<Source::State*>(data)->call(0U);
              },
              state.get()),
          "cannot handle a signal");
    return Source(std::move(state));
}

void Loop::fail(std::exception_ptr failure) {
    failure_ = std::move(failure);
    sd_event_exit(event_, EXIT_FAILURE);
}

int Loop::run() {
    const int code = simulation_ ? runSimulated() : check(sd_event_loop(event_), "the event loop failed");
    rethrowFailure();
    return code;
}

bool Loop::runOnce(core::Duration timeout) {
    bool dispatched = false;
    if (simulation_) {
        dispatched = dispatchReady() || jumpToNextTimer(simulation_->now + timeout);
    } else {
        dispatched = check(sd_event_run(event_, static_cast<std::uint64_t>(timeout.count())),
                           "the event loop failed") > 0;
    }
    rethrowFailure();
    return dispatched;
}

void Loop::rethrowFailure() {
    if (failure_) {
        std::rethrow_exception(std::exchange(failure_, nullptr));
    }
}

bool Loop::dispatchReady() {
    return check(sd_event_run(event_, 0), "the event loop failed") > 0;
}

/// False, and the clock is at `limit`, when no timer expires until then.
bool Loop::jumpToNextTimer(core::TimePoint limit) {
    const auto first = simulation_->timers.begin();
    if (first == simulation_->timers.end() || first->first > limit) {
        simulation_->now = std::max(simulation_->now, limit);
        return false;
    }
    simulation_->now = std::max(simulation_->now, first->first);
    Source::State* state = first->second;
    state->timer.reset();
    simulation_->timers.erase(first);
    state->call(0U);
    return true;
}

int Loop::runSimulated() {
    while (sd_event_get_state(event_) != SD_EVENT_FINISHED) {
        if (dispatchReady()) {
            continue;
        }
        if (simulation_->timers.empty()) {
            check(sd_event_run(event_, UINT64_MAX), "the event loop failed");
        } else {
            (void)jumpToNextTimer(simulation_->timers.begin()->first);
        }
    }
    int code = 0;
    check(sd_event_get_exit_code(event_, &code), "the event loop failed");
    return code;
}

void Loop::exit(int code) {
    check(sd_event_exit(event_, code), "cannot leave the event loop");
}

bool Loop::feedWatchdog() {
    return check(sd_event_set_watchdog(event_, 1), "cannot feed the watchdog") > 0;
}

} // namespace healer::runtime
