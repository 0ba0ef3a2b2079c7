// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-bus.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The one place that knows which major version of sdbus-c++ is installed: what differs between 1.x and 2.x,
/// under one name. Generated adaptors and proxies, Result and Variant (constructed explicitly) are the same
/// in both.
namespace healer::dbus {

/// The way to what sd-bus can do and sdbus-c++ has no name for. Its messages keep the one of sd-bus
/// protected.
class Underneath : private sdbus::Message {
public:
    Underneath() = delete;
    /// Belongs to `message`.
    [[nodiscard]] static sd_bus_message* of(const sdbus::Message& message) {
        return static_cast<sd_bus_message*>(message.*(&Underneath::msg_));
    }
};

#if __has_include(<sdbus-c++/VTableItems.h>)

using ServiceName = sdbus::ServiceName;
using InterfaceName = sdbus::InterfaceName;
using PropertyName = sdbus::PropertyName;
using MethodName = sdbus::MethodName;
/// How an asynchronous call failed; false when it did not.
using CallError = std::optional<sdbus::Error>;

[[nodiscard]] inline sdbus::Error makeError(const std::string& name, const std::string& message) {
    return sdbus::Error(sdbus::Error::Name(name), message);
}

/// The unique name of the caller; only within a method or property of this object.
[[nodiscard]] inline std::string currentSender(const sdbus::IObject& object) {
    const char* sender = object.getCurrentlyProcessedMessage().getSender();
    return sender == nullptr ? "" : sender;
}

/// Asks the bus for the caller's uid and waits for the answer; only within a method or property of this
/// object. The bus knows what it calls the effective one; the "uid" of sd-bus is read from /proc, where the
/// caller may have changed it.
[[nodiscard]] inline uid_t currentSenderUid(const sdbus::IObject& object) {
    return object.getCurrentlyProcessedMessage().getCredsEuid();
}

/// Whether the caller agrees to be asked for a password; only within a method of this object.
[[nodiscard]] inline bool currentCallAllowsInteraction(const sdbus::IObject& object) {
    const sdbus::Message message = object.getCurrentlyProcessedMessage();
    return sd_bus_message_get_allow_interactive_authorization(Underneath::of(message)) > 0;
}

inline bool processOne(sdbus::IConnection& connection) {
    return connection.processPendingEvent();
}

/// To be called when the signal handlers of a proxy without a class of its own are set.
inline void startListening(sdbus::IProxy& /*proxy*/) {}

#else

using ServiceName = std::string;
using InterfaceName = std::string;
using PropertyName = std::string;
using MethodName = std::string;
using CallError = const sdbus::Error*;

[[nodiscard]] inline sdbus::Error makeError(const std::string& name, const std::string& message) {
    return sdbus::Error(name, message);
}

[[nodiscard]] inline std::string currentSender(const sdbus::IObject& object) {
    const sdbus::Message* message = object.getCurrentlyProcessedMessage();
    return message == nullptr ? "" : message->getSender();
}

[[nodiscard]] inline uid_t currentSenderUid(const sdbus::IObject& object) {
    return object.getCurrentlyProcessedMessage()->getCredsEuid();
}

[[nodiscard]] inline bool currentCallAllowsInteraction(const sdbus::IObject& object) {
    const sdbus::Message* message = object.getCurrentlyProcessedMessage();
    return message != nullptr &&
           sd_bus_message_get_allow_interactive_authorization(Underneath::of(*message)) > 0;
}

inline bool processOne(sdbus::IConnection& connection) {
    return connection.processPendingRequest();
}

inline void startListening(sdbus::IProxy& proxy) {
    proxy.finishRegistration();
}

#endif

/// The connection of a proxy, as sd-bus knows it; lives as long as the connection does.
[[nodiscard]] inline sd_bus* busOf(sdbus::IProxy& proxy) {
    const sdbus::MethodCall call =
        proxy.createMethodCall(InterfaceName("org.freedesktop.DBus.Peer"), MethodName("Ping"));
    return sd_bus_message_get_bus(Underneath::of(call));
}

/// What to poll for before processOne() is called again.
struct PollState {
    int fd = -1;
    short events = 0;
    std::optional<std::uint64_t> deadlineUsec; ///< CLOCK_MONOTONIC; 0: at once
};

[[nodiscard]] inline PollState pollState(sdbus::IConnection& connection) {
    const auto data = connection.getEventLoopPollData();
#if __has_include(<sdbus-c++/VTableItems.h>)
    const auto usec = data.timeout == std::chrono::microseconds::max()
                          ? UINT64_MAX
                          : static_cast<std::uint64_t>(data.timeout.count());
#else
    const std::uint64_t usec = data.timeout_usec;
#endif
    PollState state{data.fd, data.events, std::nullopt};
    if (usec != UINT64_MAX) {
        state.deadlineUsec = usec;
    }
    return state;
}

inline void emitPropertiesChanged(sdbus::IObject& object, const char* interfaceName,
                                  const std::vector<const char*>& names) {
    std::vector<PropertyName> list;
    list.reserve(names.size());
    for (const char* name : names) {
        list.emplace_back(name);
    }
    object.emitPropertiesChangedSignal(InterfaceName(interfaceName), list);
}

} // namespace healer::dbus
