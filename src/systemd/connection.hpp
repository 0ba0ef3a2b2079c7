// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"
#include "runtime/log.hpp"
#include "runtime/loop.hpp"
#include "systemd/manager.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

struct sd_bus;
struct sd_bus_message;

namespace healer::systemd {

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

    /// Notified from the loop; outlives the connection.
    class Listener {
    public:
        Listener() = default;
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;

        virtual void jobNew(const Job& job) = 0;
        virtual void jobRemoved(const Job& job) = 0;
        /// Ready for calls. Signals may have been missed before.
        virtual void connected() = 0;
        /// All calls under way have been answered with a failure.
        virtual void disconnected() = 0;
        /// PID 1 has read all unit files again.
        virtual void unitFilesRead() = 0;

    protected:
        ~Listener() = default;
    };

    static constexpr std::string_view kPrivateSocket = "/run/systemd/private";
    static constexpr const char* kManagerPath = "/org/freedesktop/systemd1";
    static constexpr const char* kManagerInterface = "org.freedesktop.systemd1.Manager";

    /// Begins to connect.
    Connection(runtime::Loop& loop, runtime::Log& log, Listener& listener);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// Calls back with every PropertiesChanged of the object at this path, for as long as the handle lives:
    /// the interface, and the message, to be read from the changed properties on (a{sv}). PID 1 reports the
    /// properties of a unit's type first, then those of the unit itself.
    [[nodiscard]] std::shared_ptr<void> watchProperties(const std::string& path, Changed changed);
    [[nodiscard]] bool isConnected() const;
    /// Whether something has come from PID 1 that the loop has not handed on yet.
    [[nodiscard]] bool hasUnread() const;
    /// Calls back from the loop when all of it has been. Dropping the handle drops the callback.
    [[nodiscard]] std::shared_ptr<void> whenRead(std::function<void()> callback);

    /// Calls a method of PID 1. The answer never comes from within this function, and comes for certain: when
    /// the connection breaks, or there is none, as a failure named kConnectionLost.
    [[nodiscard]] Call call(const char* path, const char* interface, const char* member, const Append& append,
                            Answer answer);
    /// Properties.Get; the reply holds a variant.
    [[nodiscard]] Call get(const std::string& path, const char* interface, const char* property,
                           Answer answer);

private:
    struct Callbacks;

    enum class Route { privateSocket, systemBus };
    enum class JobSignal { added, removed };

    int open(Route route);
    void disconnected();
    void connect();
    void retry();
    void jobSignal(sd_bus_message* message, JobSignal signal);
    void propertiesSignal(sd_bus_message* message);
    void releaseReaders();
    void failLater(const std::shared_ptr<Call::State>& state, Failure failure);

    runtime::Loop& loop_;
    runtime::Log& log_;
    Listener& listener_;
    sd_bus* bus_ = nullptr;
    std::multimap<std::string, std::weak_ptr<Changed>, std::less<>> watches_; ///< by object path
    std::deque<std::weak_ptr<std::function<void()>>> readers_;                ///< wait for what is unread
    runtime::Source release_;
    runtime::Source reconnect_;
    core::Duration retryDelay_;
    bool logged_ = false; ///< that there is no connection at present
};

} // namespace healer::systemd
