// SPDX-License-Identifier: Apache-2.0
#include "bus/connection.hpp"

#include "sdbus_dialect.hpp"

#include <systemd/sd-event.h>

#include <sys/epoll.h>

#include <optional>
#include <utility>

namespace healer::bus {

namespace {

constexpr const char* kDriverName = "org.freedesktop.DBus";
constexpr const char* kDriverPath = "/org/freedesktop/DBus";
constexpr std::chrono::seconds kDriverTimeout{5};

std::unique_ptr<sdbus::IConnection> connect(const BusMode& mode) {
    switch (mode.kind) {
    case BusMode::Kind::session:
        return sdbus::createSessionBusConnection();
    case BusMode::Kind::address:
        return sdbus::createSessionBusConnectionWithAddress(mode.address);
    case BusMode::Kind::system:
    case BusMode::Kind::none:
        break;
    }
    return sdbus::createSystemBusConnection();
}

} // namespace

/// Drives a connection from the loop as sd_bus_attach_event() would: what to poll for is asked again before
/// each poll, and each wake-up handles one message, so that other sources get their turn.
class Connection::Attachment {
public:
    Attachment(runtime::Loop& loop, sdbus::IConnection& connection, std::function<void(std::string)> onLost)
        : loop_(loop), connection_(connection), onLost_(std::move(onLost)) {
        const dbus::PollState state = dbus::pollState(connection_);
        sd_event_source* io = nullptr;
        check(sd_event_add_io(loop.raw(), &io, state.fd, EPOLLIN, &Attachment::onIo, this));
        io_.reset(io);
        check(sd_event_source_set_prepare(io, &Attachment::onPrepare));
        sd_event_source* timer = nullptr;
        check(sd_event_add_time(loop.raw(), &timer, CLOCK_MONOTONIC, 0, 1, &Attachment::onTimer, this));
        timer_.reset(timer);
        check(sd_event_source_set_enabled(timer, SD_EVENT_OFF));
    }
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;
    ~Attachment() = default;

private:
    struct Unref {
        void operator()(sd_event_source* source) const { sd_event_source_disable_unref(source); }
    };
    using EventSource = std::unique_ptr<sd_event_source, Unref>;

    static void check(int result) {
        if (result < 0) {
            throw sdbus::createError(-result, "cannot drive the bus connection");
        }
    }

    static int onPrepare(sd_event_source*, void* data) {
        auto& self = *static_cast<Attachment*>(data);
        self.barrier([&self] { self.prepare(); });
        return 0;
    }
    static int onIo(sd_event_source*, int, std::uint32_t events, void* data) {
        auto& self = *static_cast<Attachment*>(data);
        self.barrier([&self, events] {
            self.process((events & (EPOLLHUP | EPOLLERR)) != 0 ? Peer::hungUp : Peer::there);
        });
        return 0;
    }
    static int onTimer(sd_event_source*, std::uint64_t, void* data) {
        auto& self = *static_cast<Attachment*>(data);
        self.barrier([&self] { self.process(Peer::there); });
        return 0;
    }

    void prepare() {
        const dbus::PollState state = dbus::pollState(connection_);
        check(sd_event_source_set_io_events(io_.get(), static_cast<std::uint32_t>(state.events)));
        if (state.deadlineUsec) {
            check(sd_event_source_set_time(timer_.get(), *state.deadlineUsec));
        }
        check(
            sd_event_source_set_enabled(timer_.get(), state.deadlineUsec ? SD_EVENT_ONESHOT : SD_EVENT_OFF));
    }

    enum class Peer { there, hungUp };
    void process(Peer peer) {
        const bool progress = dbus::processOne(connection_);
        if (peer == Peer::hungUp && !progress) {
            lose("the bus closed the connection");
        }
    }

    /// Nothing may leave a callback of sd-event, and no failure may come again at once and for ever.
    template <typename Body>
    void barrier(Body&& body) noexcept {
        try {
            body();
        } catch (const std::exception& e) {
            lose(e.what());
        } catch (...) {
            lose("unknown exception");
        }
    }

    void lose(const std::string& why) {
        io_.reset();
        timer_.reset();
        if (!lost_) {
            lost_ = loop_.addDeferred([onLost = onLost_, why] { onLost(why); });
        }
    }

    runtime::Loop& loop_;
    sdbus::IConnection& connection_;
    std::function<void(std::string)> onLost_;
    EventSource io_;
    EventSource timer_;
    runtime::Source lost_;
};

Connection::Connection(runtime::Loop& loop, std::unique_ptr<sdbus::IConnection> connection)
    : loop_(loop), connection_(std::move(connection)),
      driver_(
          sdbus::createProxy(*connection_, dbus::ServiceName(kDriverName), sdbus::ObjectPath(kDriverPath))) {}

Connection::~Connection() = default;

core::Result<std::unique_ptr<Connection>> Connection::open(runtime::Loop& loop, const BusMode& mode,
                                                           std::function<void(std::string why)> onLost) {
    try {
        std::unique_ptr<Connection> result(new Connection(loop, connect(mode)));
        result->connection_->setMethodCallTimeout(kDriverTimeout);
        result->attachment_ = std::make_unique<Attachment>(loop, *result->connection_, std::move(onLost));
        return result;
    } catch (const sdbus::Error& e) {
        return core::Error{"cannot connect to " + describe(mode) + ": " + e.getMessage()};
    }
}

sd_bus* Connection::sdBus() {
    return dbus::busOf(*driver_);
}

template <typename Value, typename Convert>
auto Connection::relay(std::function<void(core::Result<Value>)> callback, Convert convert) {
    return [this, callback = std::move(callback), convert](dbus::CallError error, std::uint32_t answer) {
        try {
            if (error) {
                callback(core::Error{error->getMessage()});
            } else {
                callback(convert(answer));
            }
        } catch (...) {
            failure_ = loop_.addDeferred([e = std::current_exception()] { std::rethrow_exception(e); });
        }
    };
}

void Connection::requestName(const std::string& name,
                             const std::function<void(core::Result<bool>)>& callback) {
    constexpr std::uint32_t kDoNotQueue = 4;
    try {
        driver_->callMethodAsync("RequestName")
            .onInterface(kDriverName)
            .withArguments(name, kDoNotQueue)
            .uponReplyInvoke(relay<bool>(callback, [](std::uint32_t answer) {
                constexpr std::uint32_t kPrimaryOwner = 1;
                constexpr std::uint32_t kAlreadyOwner = 4;
                return answer == kPrimaryOwner || answer == kAlreadyOwner;
            }));
    } catch (const sdbus::Error& e) {
        callback(core::Error{e.getMessage()});
    }
}

void Connection::uidOf(const std::string& uniqueName,
                       const std::function<void(core::Result<uid_t>)>& callback) {
    try {
        driver_->callMethodAsync("GetConnectionUnixUser")
            .onInterface(kDriverName)
            .withArguments(uniqueName)
            .uponReplyInvoke(
                relay<uid_t>(callback, [](std::uint32_t uid) { return static_cast<uid_t>(uid); }));
    } catch (const sdbus::Error& e) {
        callback(core::Error{e.getMessage()});
    }
}

} // namespace healer::bus
