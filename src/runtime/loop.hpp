// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>

struct sd_event;
struct sd_event_source;

namespace healer::runtime {

class ProcessEnds;

/// A registration with a Loop, which the destructor ends. A callback may destroy or replace its own Source.
/// Must not outlive the Loop.
class Source {
public:
    Source();
    Source(Source&&) noexcept;
    Source& operator=(Source&&) noexcept;
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    ~Source();

    explicit operator bool() const { return state_ != nullptr; }
    void reset();

private:
    friend class Loop;
    struct State;
    explicit Source(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

/// The event loop (sd-event) and the exception barrier: an exception that leaves a callback ends the loop and
/// is rethrown by run(). Single-threaded. Registration failures (out of descriptors or memory) throw
/// std::system_error, as Healer cannot work without them.
///
/// With simulated time no timer waits: when nothing else is ready, the clock jumps to the next timer. So days
/// pass in milliseconds, as long as everything that the callbacks wait for is a timer or is made ready by a
/// callback.
class Loop {
public:
    enum class Time { real, simulated };

    explicit Loop(Time time = Time::real);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();

    /// The current time: CLOCK_BOOTTIME, or the simulated clock, which starts at zero.
    [[nodiscard]] core::TimePoint now() const;
    /// CLOCK_BOOTTIME, whatever the time of the loop. For measurements and tests.
    [[nodiscard]] static core::TimePoint bootTime();
    /// For how long the machine has been suspended since boot; zero with simulated time.
    [[nodiscard]] core::Duration suspended() const;
    /// now() on both clocks; with simulated time they agree.
    [[nodiscard]] core::Moment moment() const;

    /// Calls back with the ready EPOLL* bits whenever `fd` is ready. The caller keeps owning the descriptor.
    [[nodiscard]] Source addIo(int fd, std::uint32_t epollEvents,
                               std::function<void(std::uint32_t)> callback);
    /// Calls back once at `when` (in the next iteration if that has passed), accurate to a millisecond.
    [[nodiscard]] Source addTimer(core::TimePoint when, std::function<void()> callback);
    /// Calls back once, in the next iteration, after the sources that are already ready.
    [[nodiscard]] Source addDeferred(std::function<void()> callback);
    /// Calls back when the signal (blocked by this call) arrives.
    [[nodiscard]] Source addSignal(int signal, std::function<void()> callback);

    /// The ends of processes.
    [[nodiscard]] ProcessEnds& processEnds() { return *processEnds_; }

    /// How long in total this program did not run although a timer was due: it was stopped, suspended or
    /// starved, or was busy. Nothing may be blamed on others for that time.
    [[nodiscard]] core::Duration stalled() const { return stalled_; }
    /// Something that was due at `due` is looked at only now: counts as a stall when that is late.
    void noteDue(core::TimePoint due);

    /// Runs until exit(); returns its code. Rethrows the exception of a callback.
    int run();
    /// One iteration at most `timeout` long; false when nothing happened. For tests.
    bool runOnce(core::Duration timeout);
    void exit(int code);
    /// Ends the loop as a callback does that throws this: for callers below which it must not travel.
    void fail(std::exception_ptr failure);

    /// Notifies systemd's watchdog from the loop if WATCHDOG_USEC is set; true if it is.
    bool feedWatchdog();

    [[nodiscard]] sd_event* raw() const { return event_; }

private:
    struct Simulation;

    void rethrowFailure();
    bool dispatchReady();
    bool jumpToNextTimer(core::TimePoint limit);
    int runSimulated();

    sd_event* event_ = nullptr;
    std::exception_ptr failure_;
    std::unique_ptr<Simulation> simulation_; ///< null: real time
    core::Duration stalled_{0};
    core::TimePoint stalledUntil_; ///< what was before is counted
    std::unique_ptr<ProcessEnds> processEnds_;

    friend struct Source::State;
};

} // namespace healer::runtime
