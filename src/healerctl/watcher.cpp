// SPDX-License-Identifier: Apache-2.0
#include "healerctl/watcher.hpp"

#include "dbus/manager_proxy.hpp"
#include "healerctl/bus_connection.hpp"
#include "healerctl/daemon.hpp"
#include "healerctl/event_line.hpp"
#include "healerctl/json_value.hpp"
#include "sdbus_dialect.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <ostream>

namespace healer::healerctl {

namespace {

using nlohmann::json;

constexpr const char* kServiceName = "org.healer";
constexpr const char* kDriverName = "org.freedesktop.DBus";

std::uint64_t nowUsec() {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(
                                          std::chrono::system_clock::now().time_since_epoch())
                                          .count());
}

/// Turns the manager's signals into events.
class Events final : public sdbus::ProxyInterfaces<org::healer::Manager_proxy> {
public:
    Events(sdbus::IConnection& connection, EventPrinter& printer)
        : ProxyInterfaces(connection, dbus::ServiceName(kServiceName), sdbus::ObjectPath("/org/healer")),
          printer_(printer) {
        registerProxy();
    }
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;
    virtual ~Events() { unregisterProxy(); }

private:
    void onProcessDown(const std::uint64_t& seq, const std::string& name, const std::uint32_t& pid,
                       const std::string& reason,
                       const std::map<std::string, sdbus::Variant>& details) override {
        printer_.event({{"event", "process-down"},
                        {"seq", seq},
                        {"process", name},
                        {"pid", pid},
                        {"reason", reason},
                        {"details", toJson(details)}},
                       nowUsec());
    }
    void onProcessDisconnected(const std::uint64_t& seq, const std::string& name, const std::string& url,
                               const std::string& reason) override {
        printer_.event({{"event", "process-disconnected"},
                        {"seq", seq},
                        {"process", name},
                        {"url", url},
                        {"reason", reason}},
                       nowUsec());
    }
    void onRecoveryStarted(const std::uint64_t& seq, const std::string& name,
                           const std::uint32_t& attempt) override {
        printer_.event({{"event", "recovery-started"}, {"seq", seq}, {"process", name}, {"attempt", attempt}},
                       nowUsec());
    }
    void onRecoveryFinished(const std::uint64_t& seq, const std::string& name, const bool& ok,
                            const std::uint32_t& pid, const std::string& error,
                            const std::uint64_t& duration) override {
        printer_.event({{"event", "recovery-finished"},
                        {"seq", seq},
                        {"process", name},
                        {"ok", ok},
                        {"pid", pid},
                        {"error", error},
                        {"duration_usec", duration}},
                       nowUsec());
    }
    void onBreakerChanged(const std::uint64_t& seq, const std::string& name, const std::string& from,
                          const std::string& to) override {
        printer_.event(
            {{"event", "breaker-changed"}, {"seq", seq}, {"process", name}, {"from", from}, {"to", to}},
            nowUsec());
    }
    void onReloaded(const std::uint64_t& seq, const std::vector<std::string>& added,
                    const std::vector<std::string>& changed,
                    const std::vector<std::string>& removed) override {
        printer_.event({{"event", "reloaded"},
                        {"seq", seq},
                        {"added", added},
                        {"changed", changed},
                        {"removed", removed}},
                       nowUsec());
    }

    EventPrinter& printer_;
};

/// Waits until the connection has something to do, or the reader of our output has gone; true for the latter.
bool waitForWork(sdbus::IConnection& connection) {
    const dbus::PollState state = dbus::pollState(connection);
    int timeoutMs = -1;
    if (state.deadlineUsec) {
        timespec ts{};
        clock_gettime(CLOCK_MONOTONIC, &ts);
        const auto now =
            static_cast<std::uint64_t>(ts.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(ts.tv_nsec) / 1000;
        const std::uint64_t left = *state.deadlineUsec > now ? *state.deadlineUsec - now : 0;
        timeoutMs = static_cast<int>(std::min<std::uint64_t>((left + 999) / 1000, 60'000));
    }
    constexpr int kStdout = 1;
    pollfd fds[] = {{state.fd, state.events, 0}, {kStdout, 0, 0}};
    poll(fds, 2, timeoutMs);
    return (fds[1].revents & (POLLERR | POLLNVAL)) != 0;
}

} // namespace

int watchEvents(sdbus::IConnection& connection, const Terminal& terminal) {
    EventPrinter printer(terminal);
    try {
        const auto driver = sdbus::createProxy(connection, dbus::ServiceName(kDriverName),
                                               sdbus::ObjectPath("/org/freedesktop/DBus"));
        driver->uponSignal("NameOwnerChanged")
            .onInterface(kDriverName)
            .call([&printer](const std::string& name, const std::string& before, const std::string& after) {
                if (name == kServiceName && !before.empty()) {
                    printer.daemonGone(nowUsec());
                }
                if (name == kServiceName && !after.empty()) {
                    printer.daemonThere(nowUsec());
                }
            });
        dbus::startListening(*driver);
        const Events events(connection, printer);
        bool there = false;
        driver->callMethod("NameHasOwner")
            .onInterface(kDriverName)
            .withArguments(std::string(kServiceName))
            .storeResultsTo(there);
        if (!there) {
            printer.daemonGone(nowUsec());
        }
        while (true) {
            while (dbus::processOne(connection)) {
            }
            if (waitForWork(connection) || !terminal.out) {
                return kDone;
            }
        }
    } catch (const sdbus::Error& e) {
        throw CallFailure(e.getName(), "the connection to the bus has ended: " + e.getMessage());
    }
}

} // namespace healer::healerctl
