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
#include <utility>

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
        const json known = toJson(details);
        core::notice::ProcessDown down{static_cast<pid_t>(pid), {}, reason};
        if (const auto last = lastExitIn(known)) {
            down.exit = last->exit;
        }
        print(seq, core::render(name, down), {{"pid", pid}, {"reason", reason}, {"details", known}});
    }
    void onProcessDisconnected(const std::uint64_t& seq, const std::string& name, const std::string& url,
                               const std::string& reason) override {
        print(seq, core::render(name, core::notice::Disconnected{url, reason}),
              {{"url", url}, {"reason", reason}});
    }
    void onRecoveryStarted(const std::uint64_t& seq, const std::string& name,
                           const std::uint32_t& attempt) override {
        print(seq, core::render(name, core::notice::RecoveryStarted{core::notice::Cause::unknown, attempt}),
              {{"attempt", attempt}});
    }
    void onRecoveryFinished(const std::uint64_t& seq, const std::string& name, const bool& ok,
                            const std::uint32_t& pid, const std::string& error,
                            const std::uint64_t& duration) override {
        const core::notice::RecoveryFinished finished{.cause = core::notice::Cause::unknown,
                                                      .ok = ok,
                                                      .pid = static_cast<pid_t>(pid),
                                                      .error = error,
                                                      .took = core::Duration(duration)};
        print(seq, core::render(name, finished),
              {{"ok", ok}, {"pid", pid}, {"error", error}, {"duration_usec", duration}});
    }
    void onBreakerChanged(const std::uint64_t& seq, const std::string& name, const std::string& from,
                          const std::string& to) override {
        using core::BreakerState;
        const core::notice::BreakerChanged changed{
            .from = core::breakerStateFromString(from).value_or(BreakerState::closed),
            .to = core::breakerStateFromString(to).value_or(BreakerState::closed),
            .retryAt = {},
            .reason = {}};
        print(seq, core::render(name, changed), {{"from", from}, {"to", to}});
    }
    void onReloaded(const std::uint64_t& seq, const std::vector<std::string>& added,
                    const std::vector<std::string>& changed,
                    const std::vector<std::string>& removed) override {
        print(seq, core::render(core::notice::Reloaded{added, changed, removed}),
              {{"added", added}, {"changed", changed}, {"removed", removed}});
    }

    void print(std::uint64_t seq, core::RenderedEvent event, json arguments) {
        printer_.event({seq, std::move(event), std::move(arguments)}, nowUsec());
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
