// SPDX-License-Identifier: Apache-2.0
#include "healerctl/bus_connection.hpp"

#include "healerctl/address.hpp"
#include "healerctl/daemon.hpp"

#include <sdbus-c++/sdbus-c++.h>

namespace healer::healerctl {

namespace {

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

} // namespace

std::unique_ptr<sdbus::IConnection> connectToBus(const Options& options) {
    try {
        return open(options);
    } catch (const sdbus::Error& e) {
        throw CallFailure(e.getName(), "cannot connect to " + describe(options) + ": " + e.getMessage());
    }
}

void fail(const sdbus::Error& error) {
    const std::string& name = error.getName();
    if (name == "org.freedesktop.DBus.Error.ServiceUnknown" ||
        name == "org.freedesktop.DBus.Error.NameHasNoOwner") {
        throw CallFailure(name, "Healer is not running (nobody has the name org.healer on the bus); "
                                "start it with: systemctl start healer");
    }
    if (name == "org.freedesktop.DBus.Error.NoReply" || name == "org.freedesktop.DBus.Error.Timeout") {
        throw CallFailure(name, "Healer did not answer in time, or ended meanwhile");
    }
    throw CallFailure(name, error.getMessage());
}

} // namespace healer::healerctl
