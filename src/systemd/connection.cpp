// SPDX-License-Identifier: Apache-2.0
#include "systemd/connection.hpp"

#include <poll.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <iterator>
#include <string_view>
#include <utility>

namespace healer::systemd {

namespace {

constexpr const char* kService = "org.freedesktop.systemd1";
constexpr const char* kPropertiesInterface = "org.freedesktop.DBus.Properties";
constexpr core::Duration kFirstRetry = std::chrono::milliseconds(20);
constexpr core::Duration kLastRetry = std::chrono::seconds(2);

std::string text(int negativeErrno) {
    return std::strerror(-negativeErrno);
}

} // namespace

struct Connection::Call::State {
    State(Connection& ownerBus, Answer ownAnswer) : bus(ownerBus), answer(std::move(ownAnswer)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { sd_bus_slot_unref(slot); }

    Connection& bus;
    Answer answer;
    sd_bus_slot* slot = nullptr;
    runtime::Source failure;
    std::weak_ptr<State> self;
};

/// The C callbacks, each a barrier for exceptions: what escapes is thrown again from the loop.
struct Connection::Callbacks {
    template <typename Body>
    static int guard(Connection& bus, Body body) {
        try {
            body();
        } catch (...) {
            bus.loop_.fail(std::current_exception());
        }
        return 0;
    }

    static int answered(sd_bus_message* reply, void* data, sd_bus_error*) {
        auto& raw = *static_cast<Call::State*>(data);
        // The answer may destroy its own Call.
        const auto state = raw.self.lock();
        return guard(raw.bus, [&] {
            sd_bus_slot_unref(std::exchange(raw.slot, nullptr));
            const auto answer = std::move(raw.answer);
            const sd_bus_error* error = sd_bus_message_get_error(reply);
            if (error == nullptr) {
                raw.bus.retryDelay_ = kFirstRetry;
                answer(reply, nullptr);
                return;
            }
            // When a connection ends, the library answers what is under way.
            const bool lost = sd_bus_is_open(raw.bus.bus_) <= 0;
            const Failure failure{lost ? kConnectionLost : error->name,
                                  error->message != nullptr ? error->message : error->name};
            answer(nullptr, &failure);
        });
    }

    static int jobNew(sd_bus_message* message, void* data, sd_bus_error*) {
        auto& bus = *static_cast<Connection*>(data);
        return guard(bus, [&] { bus.jobSignal(message, JobSignal::added); });
    }

    static int jobRemoved(sd_bus_message* message, void* data, sd_bus_error*) {
        auto& bus = *static_cast<Connection*>(data);
        return guard(bus, [&] { bus.jobSignal(message, JobSignal::removed); });
    }

    static int reloading(sd_bus_message* message, void* data, sd_bus_error*) {
        auto& bus = *static_cast<Connection*>(data);
        int begins = 0;
        if (sd_bus_message_read(message, "b", &begins) < 0 || begins != 0) {
            return 0;
        }
        return guard(bus, [&] { bus.listener_.unitFilesRead(); });
    }

    static int propertiesChanged(sd_bus_message* message, void* data, sd_bus_error*) {
        auto& bus = *static_cast<Connection*>(data);
        return guard(bus, [&] { bus.propertiesSignal(message); });
    }

    static int closed(sd_bus_message*, void* data, sd_bus_error*) {
        auto& bus = *static_cast<Connection*>(data);
        return guard(bus, [&] { bus.reconnect_ = bus.loop_.addDeferred([&bus] { bus.disconnected(); }); });
    }
};

Connection::Connection(runtime::Loop& loop, runtime::Log& log, Listener& listener)
    : loop_(loop), log_(log), listener_(listener), retryDelay_(kFirstRetry) {
    reconnect_ = loop_.addDeferred([this] { connect(); });
}

Connection::~Connection() {
    sd_bus_close_unref(bus_);
}

int Connection::open(Route route) {
    const bool directly = route == Route::privateSocket;
    sd_bus* bus = nullptr;
    int result = 0;
    const auto next = [&result](auto step) {
        if (result >= 0) {
            result = step();
        }
    };
    if (directly) {
        next([&] { return sd_bus_new(&bus); });
        next([&] {
            return sd_bus_set_address(bus, ("unix:path=" + std::string(Connection::kPrivateSocket)).c_str());
        });
        next([&] { return sd_bus_start(bus); });
    } else {
        next([&] { return sd_bus_open_system(&bus); });
    }
    // Without a message bus in between the messages carry no sender.
    const char* sender = directly ? nullptr : kService;
    const auto match = [&](const char* from, const char* path, const char* interface, const char* member,
                           sd_bus_message_handler_t handler) {
        return sd_bus_match_signal_async(bus, nullptr, from, path, interface, member, handler, nullptr, this);
    };
    next([&] {
        return match(nullptr, "/org/freedesktop/DBus/Local", "org.freedesktop.DBus.Local", "Disconnected",
                     Callbacks::closed);
    });
    next([&] { return match(sender, kManagerPath, kManagerInterface, "JobNew", Callbacks::jobNew); });
    next([&] { return match(sender, kManagerPath, kManagerInterface, "JobRemoved", Callbacks::jobRemoved); });
    next([&] { return match(sender, kManagerPath, kManagerInterface, "Reloading", Callbacks::reloading); });
    next([&] {
        return match(sender, nullptr, kPropertiesInterface, "PropertiesChanged",
                     Callbacks::propertiesChanged);
    });
    if (!directly) {
        // Over the private socket signals come unasked.
        next([&] {
            return sd_bus_call_method_async(bus, nullptr, kService, kManagerPath, kManagerInterface,
                                            "Subscribe", nullptr, nullptr, "");
        });
    }
    next([&] { return sd_bus_attach_event(bus, loop_.raw(), SD_EVENT_PRIORITY_NORMAL); });
    if (result < 0) {
        sd_bus_close_unref(bus);
        return result;
    }
    bus_ = bus;
    return 0;
}

/// Root does not take the way over the message bus instead where PID 1 refuses, as it does while it executes
/// itself again: the bus does not report when PID 1 has left it, and takes its signals away.
void Connection::connect() {
    const int result = open(::geteuid() == 0 ? Route::privateSocket : Route::systemBus);
    if (result < 0) {
        if (!std::exchange(logged_, true)) {
            log_.report(core::notice::SystemdUnreachable{core::notice::SystemdUse::connection, text(result)});
        }
        retry();
        return;
    }
    if (std::exchange(logged_, false)) {
        log_.info("connected to systemd again");
    }
    listener_.connected();
}

void Connection::disconnected() {
    sd_bus_close_unref(std::exchange(bus_, nullptr));
    retry();
    listener_.disconnected();
}

void Connection::retry() {
    reconnect_ = loop_.addTimer(loop_.now() + retryDelay_, [this] { connect(); });
    retryDelay_ = std::min(retryDelay_ * 2, kLastRetry);
}

bool Connection::isConnected() const {
    return bus_ != nullptr && sd_bus_is_open(bus_) > 0;
}

bool Connection::hasUnread() const {
    if (bus_ == nullptr) {
        return false;
    }
    std::uint64_t queued = 0;
    if (sd_bus_get_n_queued_read(bus_, &queued) >= 0 && queued > 0) {
        return true;
    }
    pollfd entry{sd_bus_get_fd(bus_), POLLIN, 0};
    return entry.fd >= 0 && ::poll(&entry, 1, 0) > 0 && (entry.revents & POLLIN) != 0;
}

std::shared_ptr<void> Connection::whenRead(std::function<void()> callback) {
    auto reader = std::make_shared<std::function<void()>>(std::move(callback));
    readers_.push_back(reader);
    if (!release_) {
        release_ = loop_.addDeferred([this] { releaseReaders(); });
    }
    return reader;
}

/// What is unread is handed on by the connection's own source, whose turn comes in between. One that waits
/// for a moment of rest would wait for ever while any user keeps the loop busy.
void Connection::releaseReaders() {
    constexpr core::Duration kSlice = std::chrono::milliseconds(4);
    const auto end = loop_.now() + kSlice;
    while (!readers_.empty() && !hasUnread() && loop_.now() < end) {
        const auto reader = readers_.front().lock();
        readers_.pop_front();
        if (reader) {
            (*reader)();
        }
    }
    release_ = readers_.empty() ? runtime::Source() : loop_.addDeferred([this] { releaseReaders(); });
}

void Connection::jobSignal(sd_bus_message* message, JobSignal signal) {
    const bool removed = signal == JobSignal::removed;
    std::uint32_t id = 0;
    const char* path = nullptr;
    const char* unit = nullptr;
    const char* result = "";
    const int read = removed ? sd_bus_message_read(message, "uoss", &id, &path, &unit, &result)
                             : sd_bus_message_read(message, "uos", &id, &path, &unit);
    if (read < 0) {
        return;
    }
    const Job job{id, unit, result};
    removed ? listener_.jobRemoved(job) : listener_.jobNew(job);
}

std::shared_ptr<void> Connection::watchProperties(const std::string& path, Changed changed) {
    const auto [first, last] = watches_.equal_range(path);
    for (auto entry = first; entry != last;) {
        entry = entry->second.expired() ? watches_.erase(entry) : std::next(entry);
    }
    auto watch = std::make_shared<Changed>(std::move(changed));
    watches_.emplace(path, watch);
    return watch;
}

void Connection::propertiesSignal(sd_bus_message* message) {
    const char* path = sd_bus_message_get_path(message);
    const auto [first, last] = watches_.equal_range(std::string_view(path != nullptr ? path : ""));
    std::vector<std::shared_ptr<Changed>> watches;
    for (auto entry = first; entry != last; ++entry) {
        if (auto watch = entry->second.lock()) {
            watches.push_back(std::move(watch));
        }
    }
    for (const auto& watch : watches) {
        const char* interface = nullptr;
        if (sd_bus_message_rewind(message, 1) >= 0 && sd_bus_message_read(message, "s", &interface) >= 0) {
            (*watch)(interface, message);
        }
    }
}

Connection::Call Connection::call(const char* path, const char* interface, const char* member,
                                  const Append& append, Answer answer) {
    auto state = std::make_shared<Call::State>(*this, std::move(answer));
    state->self = state;
    if (bus_ == nullptr) {
        failLater(state, {kConnectionLost, "there is no connection to systemd"});
        return Call(std::move(state));
    }
    sd_bus_message* message = nullptr;
    int result = sd_bus_message_new_method_call(bus_, &message, kService, path, interface, member);
    if (result >= 0 && append) {
        result = append(message);
    }
    if (result >= 0) {
        result = sd_bus_call_async(bus_, &state->slot, message, Callbacks::answered, state.get(), 0);
    }
    sd_bus_message_unref(message);
    if (result < 0) {
        const bool lost = result == -ENOTCONN || result == -ECONNRESET || result == -EPIPE;
        failLater(state, {lost ? kConnectionLost : SD_BUS_ERROR_INVALID_ARGS, text(result)});
    }
    return Call(std::move(state));
}

Connection::Call Connection::get(const std::string& path, const char* interface, const char* property,
                                 Answer answer) {
    return call(
        path.c_str(), kPropertiesInterface, "Get",
        [&](sd_bus_message* message) { return sd_bus_message_append(message, "ss", interface, property); },
        std::move(answer));
}

void Connection::failLater(const std::shared_ptr<Call::State>& state, Failure failure) {
    state->failure = loop_.addDeferred([raw = state.get(), failure = std::move(failure)] {
        const auto keep = raw->self.lock();
        const auto answer = std::move(raw->answer);
        answer(nullptr, &failure);
    });
}

} // namespace healer::systemd
