// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "runtime/log.hpp"
#include "runtime/loop.hpp"

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

struct sd_bus;
struct sd_bus_message;

namespace healer::systemd {

/// Why a call to the service manager failed: the D-Bus error name and the manager's sentence.
struct Failure {
    std::string name;
    std::string message;
};

/// A client of PID 1's D-Bus interface, asynchronous in everything. Root speaks to PID 1 directly over its
/// private socket and needs no message bus; other users go through the system bus. A connection that breaks
/// (PID 1 re-executes itself) is made again for as long as the object lives.
class Connection {
public:
    /// Appends the arguments of a call; answers negative errno as the sd_bus_message_append family does.
    using Append = std::function<int(sd_bus_message*)>;
    /// Either the reply or the failure is set.
    using Answer = std::function<void(sd_bus_message* reply, const Failure* failure)>;

    using Changed = std::function<void(std::string_view interface, sd_bus_message* message)>;

    /// A call under way; its destruction drops the answer (the call itself may still take effect).
    class Call {
    public:
        Call() = default;
        explicit operator bool() const { return state_ != nullptr; }
        void reset() { state_.reset(); }

    private:
        friend class Connection;
        struct State;
        explicit Call(std::shared_ptr<State> state) : state_(std::move(state)) {}
        std::shared_ptr<State> state_;
    };

    struct Job {
        std::uint32_t id = 0;
        std::string unit;
        std::string result; ///< of a removed job: "done", "canceled", "timeout", "failed", "dependency",
                            ///< "skipped", ...
    };

    /// Told of changes; the object outlives its registration. Called from the loop.
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
        /// PID 1 has read all unit files anew.
        virtual void unitFilesRead() {}
    };

    static constexpr const char* kManagerPath = "/org/freedesktop/systemd1";
    static constexpr const char* kManagerInterface = "org.freedesktop.systemd1.Manager";

    /// Begins to connect. Observers hear of it.
    Connection(runtime::Loop& loop, runtime::Log& log);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// Whether systemd is PID 1 and this user can have it start system services; if not, why. Does not wait.
    [[nodiscard]] static core::Result<void> reachable();

    /// Observers are told in the order in which they registered.
    void observe(Observer* observer);
    void unobserve(const Observer* observer);
    /// Calls back with every PropertiesChanged of the object at this path, for as long as the handle lives:
    /// the interface, and the message, to be read from the changed properties on (a{sv}). PID 1 tells the
    /// properties of a unit's type first, then those of the unit itself.
    [[nodiscard]] std::shared_ptr<void> watchProperties(const std::string& path, Changed changed);
    /// This job was made by Healer itself. The signal of a new job comes before the answer to the call that
    /// made it, everything else that follows from the job comes after that.
    void claim(std::uint32_t job) { ownJobs_.insert(job); }
    /// The number of the newest job that was told of: PID 1 counts up. A call that is answered with an older
    /// one has joined a job that there was before.
    [[nodiscard]] std::uint32_t newestJob() const { return newestJob_; }
    /// Whether the job was claimed; known until observers have been told of its end.
    [[nodiscard]] bool isOwn(std::uint32_t job) const { return ownJobs_.contains(job); }
    [[nodiscard]] bool isConnected() const { return bus_ != nullptr; }
    /// Whether something has come from PID 1 that the loop has not handed on yet.
    [[nodiscard]] bool hasUnread() const;
    /// Calls back from the loop when all of it has been. Dropping the handle drops the callback.
    [[nodiscard]] std::shared_ptr<void> whenRead(std::function<void()> callback);

    /// Calls a method of PID 1. The answer never comes from within this function, and comes for certain: when
    /// the connection breaks, or there is none, as a failure named kLost.
    [[nodiscard]] Call call(const char* path, const char* interface, const char* member, const Append& append,
                            Answer answer);
    /// Properties.Get; the reply holds a variant.
    [[nodiscard]] Call get(const std::string& path, const char* interface, const char* property,
                           Answer answer);

    static constexpr const char* kLost = "org.healer.Error.ConnectionLost";

private:
    struct Callbacks;

    int open(bool directly);
    void disconnected();
    void connect();
    void retry();
    void tellObservers(const std::function<void(Observer&)>& tell);
    void jobSignal(sd_bus_message* message, bool removed);
    void propertiesSignal(sd_bus_message* message);
    void releaseReaders();
    void failLater(const std::shared_ptr<Call::State>& state, Failure failure);
    void escaped(std::exception_ptr exception);

    runtime::Loop& loop_;
    runtime::Log& log_;
    sd_bus* bus_ = nullptr;
    std::vector<Observer*> observers_;
    std::multimap<std::string, std::weak_ptr<Changed>, std::less<>> watches_; ///< by object path
    std::uint32_t newestJob_ = 0;
    std::set<std::uint32_t> ownJobs_;
    std::deque<std::weak_ptr<std::function<void()>>> readers_; ///< wait for what is unread
    runtime::Source release_;
    runtime::Source reconnect_;
    runtime::Source escape_;
    core::Duration retryDelay_;
    bool told_ = false; ///< of the present absence, in the log
};

} // namespace healer::systemd
