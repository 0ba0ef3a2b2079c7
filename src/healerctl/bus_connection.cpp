// SPDX-License-Identifier: Apache-2.0
#include "healerctl/bus_connection.hpp"

#include "healerctl/daemon.hpp"
#include "sdbus_dialect.hpp"

#include <sdbus-c++/sdbus-c++.h>

namespace healer::healerctl {

namespace {

constexpr const char* kDriverName = "org.freedesktop.DBus";

std::unique_ptr<sdbus::IProxy> driverOf(sdbus::IConnection& connection) {
    return sdbus::createProxy(connection, dbus::ServiceName(kDriverName),
                              sdbus::ObjectPath("/org/freedesktop/DBus"));
}

[[noreturn]] void notRunning(const std::string& errorName) {
    throw CallFailure(errorName, "Healer is not running (the name org.healer has no owner on the bus); "
                                 "start it with: systemctl start healer");
}

std::unique_ptr<sdbus::IConnection> open(const Options& options) {
    if (!options.host.empty()) {
        return sdbus::createSessionBusConnectionWithAddress(hostAddress(options.host));
    }
    if (!options.container.empty()) {
        return sdbus::createSessionBusConnectionWithAddress(containerAddress(options.container));
    }
    if (options.bus == "system") {
        return sdbus::createSystemBusConnection();
    }
    if (options.bus == "session") {
        return sdbus::createSessionBusConnection();
    }
    return sdbus::createSessionBusConnectionWithAddress(options.bus);
}

std::string describe(const Options& options) {
    if (!options.host.empty()) {
        return "the bus of host " + options.host;
    }
    if (!options.container.empty()) {
        return "the bus of container " + options.container;
    }
    return options.bus.find(':') == std::string::npos ? "the " + options.bus + " bus"
                                                      : "the bus at " + options.bus;
}

std::string hint(const Options& options) {
    if (!options.host.empty()) {
        return "\ntry whether this ends without a question and without an error: ssh " + options.host +
               " systemd-stdio-bridge </dev/null";
    }
    return options.container.empty() ? "" : "\nmachinectl list shows the running containers";
}

} // namespace

std::unique_ptr<sdbus::IConnection> connectToBus(const Options& options) {
    try {
        return open(options);
    } catch (const sdbus::Error& e) {
        throw CallFailure(e.getName(),
                          "cannot connect to " + describe(options) + ": " + e.getMessage() + hint(options));
    }
}

void mustBeRunning(sdbus::IConnection& connection) {
    bool there = false;
    try {
        driverOf(connection)
            ->callMethod("NameHasOwner")
            .onInterface(kDriverName)
            .withArguments(std::string("org.healer"))
            .storeResultsTo(there);
    } catch (const sdbus::Error& e) {
        fail(e);
    }
    if (!there) {
        notRunning("org.freedesktop.DBus.Error.NameHasNoOwner");
    }
}

void allowInteraction(sdbus::IConnection& connection) {
    const auto driver = driverOf(connection);
    sd_bus_set_allow_interactive_authorization(dbus::busOf(*driver), 1);
}

void fail(const sdbus::Error& error) {
    const std::string& name = error.getName();
    if (name == "org.freedesktop.DBus.Error.ServiceUnknown" ||
        name == "org.freedesktop.DBus.Error.NameHasNoOwner") {
        notRunning(name);
    }
    if (name == "org.freedesktop.DBus.Error.NoReply" || name == "org.freedesktop.DBus.Error.Timeout") {
        throw CallFailure(name, "Healer did not answer in time, or ended meanwhile");
    }
    throw CallFailure(name, error.getMessage());
}

} // namespace healer::healerctl
