// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "systemd/job_tracker.hpp"
#include "systemd/transient_unit.hpp"
#include "systemd/unit_facts.hpp"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace healer::systemd {

/// Why a call to the service manager failed: the D-Bus error name and the manager's sentence.
struct Failure {
    std::string name;
    std::string message;
};

/// The name of the failure of every call that is under way when the connection breaks, or made while there
/// is none: whether PID 1 has received it is not known.
inline constexpr const char* kConnectionLost = "org.healer.Error.ConnectionLost";
inline constexpr const char* kNoSuchUnit = "org.freedesktop.systemd1.NoSuchUnit";

/// Whether this failure is kConnectionLost.
[[nodiscard]] inline bool isLost(const Failure& failure) {
    return failure.name == kConnectionLost;
}
/// Whether PID 1 was too busy, or lacked something, to answer: it may have done what it was asked for.
[[nodiscard]] bool isNoAnswer(const Failure& failure);

/// A unit as Manager.ListUnitsByNames describes it.
struct UnitState {
    bool loaded = false; ///< it exists in PID 1
    bool intact = false; ///< and PID 1 could read its file
    std::string description;
    std::string active; ///< "active", "activating", "deactivating", "inactive", "failed", ...
    std::uint32_t job = 0;
    std::string jobType; ///< "start", "stop", "restart", ... when there is a job
};

/// What makes a job of one unit.
struct JobRequest {
    enum class Verb { startTransient, start, restart, stop };

    Verb verb = Verb::start;
    std::string unit;
    TransientUnit transient = {}; ///< for startTransient
    ForkSupport forkSupport = ForkSupport::exitType;
};

/// PID 1, in terms of units: everything that Healer asks of it. Asynchronous in everything; answers come from
/// the loop, for certain, and never from within the call. Destroying a handle drops the answer only: the call
/// may still take effect, and a job that it makes is still claimed.
class Manager {
public:
    using Handle = std::shared_ptr<void>;
    template <typename T>
    using Outcome = std::variant<T, Failure>;
    template <typename T>
    using Answer = std::function<void(Outcome<T>)>;

    /// Notified of changes, from the loop; outlives its registration.
    class Observer {
    public:
        Observer() = default;
        Observer(const Observer&) = delete;
        Observer& operator=(const Observer&) = delete;
        virtual ~Observer() = default;

        virtual void jobNew(const Job& job) = 0;
        virtual void jobRemoved(const Job& job) = 0;
        /// Ready for calls. Signals may have been missed before.
        virtual void connected() = 0;
        /// All calls under way have been answered with a failure.
        virtual void disconnected() = 0;
        /// PID 1 has read all unit files again.
        virtual void unitFilesRead() {}
    };

    /// Some properties of a unit have changed. `apply` writes them into the facts; false when they cannot be
    /// read. PID 1 reports the properties of a unit's type first, then (`last`) those of the unit itself.
    struct Change {
        bool last = false;
        std::function<bool(UnitFacts&)> apply;
    };

    Manager() = default;
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;
    virtual ~Manager() = default;

    /// Observers are notified in the order of their registration.
    virtual void observe(Observer* observer) = 0;
    virtual void unobserve(const Observer* observer) = 0;
    [[nodiscard]] JobTracker& jobs() { return jobs_; }

    [[nodiscard]] virtual bool isConnected() const = 0;
    /// Calls back once, with the next connection or in the next iteration where there is one.
    [[nodiscard]] virtual Handle whenConnected(std::function<void()> callback) = 0;
    /// Whether something has come from PID 1 that the loop has not handed on yet.
    [[nodiscard]] virtual bool hasUnread() const = 0;
    /// Calls back once when all of it has been.
    [[nodiscard]] virtual Handle whenRead(std::function<void()> callback) = 0;

    /// The answer is the number of the job.
    [[nodiscard]] virtual Handle submit(const JobRequest& request, Answer<std::uint32_t> answer) = 0;
    /// ResetFailedUnit.
    [[nodiscard]] virtual Handle reset(const std::string& unit, Answer<std::monostate> answer) = 0;
    /// Reload: PID 1 reads all unit files again, and forgets those that are gone.
    [[nodiscard]] virtual Handle reload(Answer<std::monostate> answer) = 0;
    /// KillUnit: a signal to all processes of the unit.
    [[nodiscard]] virtual Handle killUnit(const std::string& unit, int signal,
                                          Answer<std::monostate> answer) = 0;
    /// One cheap question.
    [[nodiscard]] virtual Handle query(const std::string& unit, Answer<UnitState> answer) = 0;
    /// MainPID; 0: none.
    [[nodiscard]] virtual Handle mainPid(const std::string& unit, Answer<pid_t> answer) = 0;
    /// All facts.
    [[nodiscard]] virtual Handle read(const std::string& unit, Answer<UnitFacts> answer) = 0;
    /// How many processes it has.
    [[nodiscard]] virtual Handle processes(const std::string& unit, Answer<std::size_t> answer) = 0;
    /// Calls back with every change of the unit's properties for as long as the handle lives.
    [[nodiscard]] virtual Handle watch(const std::string& unit, std::function<void(Change)> changed) = 0;

private:
    JobTracker jobs_;
};

} // namespace healer::systemd
