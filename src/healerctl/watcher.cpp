// SPDX-License-Identifier: Apache-2.0
#include "healerctl/watcher.hpp"

#include "dbus/manager_proxy.hpp"
#include "healerctl/bus_connection.hpp"
#include "healerctl/bus_daemon.hpp"
#include "healerctl/commands.hpp"
#include "healerctl/daemon.hpp"
#include "healerctl/event_line.hpp"
#include "healerctl/json_value.hpp"
#include "sdbus_dialect.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <deque>
#include <functional>
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

/// What is to be printed, in order. Signals that come while Healer is asked for details wait here.
using Todo = std::deque<std::function<void()>>;

/// Turns the manager's signals into events.
class Events final : public sdbus::ProxyInterfaces<org::healer::Manager_proxy> {
public:
    using Print = std::function<void(SeenEvent, std::uint64_t atUsec)>;

    Events(sdbus::IConnection& connection, Todo& todo, Print print)
        : ProxyInterfaces(connection, dbus::ServiceName(kServiceName), sdbus::ObjectPath("/org/healer")),
          todo_(todo), print_(std::move(print)) {
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
        todo_.push_back([this, seen = SeenEvent{seq, std::move(event), std::move(arguments)},
                         at = nowUsec()] { print_(seen, at); });
    }

    Todo& todo_;
    Print print_;
};

/// Asks the history for what a signal does not carry. One failure is enough to stop asking this Healer.
class Details {
public:
    explicit Details(sdbus::IConnection& connection) : daemon_(connection) {}

    SeenEvent of(SeenEvent seen) {
        constexpr std::uint32_t kRecent = 20;
        if (!ask_ || !lacksDetails(seen)) {
            return seen;
        }
        try {
            const std::vector<HistoryEvent> history = daemon_.history(seen.event.process, kRecent);
            return completed(std::move(seen), history);
        } catch (const CallFailure&) {
            ask_ = false;
        }
        return seen;
    }
    void askAgain() { ask_ = true; }

private:
    BusDaemon daemon_;
    bool ask_ = true;
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

int watchEvents(sdbus::IConnection& connection, const std::set<std::string>& names,
                const Terminal& terminal) {
    EventPrinter printer(terminal, names);
    Details details(connection);
    Todo todo;
    try {
        const auto driver = sdbus::createProxy(connection, dbus::ServiceName(kDriverName),
                                               sdbus::ObjectPath("/org/freedesktop/DBus"));
        driver->uponSignal("NameOwnerChanged")
            .onInterface(kDriverName)
            .call([&](const std::string& name, const std::string& before, const std::string& after) {
                if (name == kServiceName && !before.empty()) {
                    todo.push_back([&printer, at = nowUsec()] { printer.daemonGone(at); });
                }
                if (name == kServiceName && !after.empty()) {
                    todo.push_back([&, at = nowUsec()] {
                        details.askAgain();
                        printer.daemonThere(at);
                    });
                }
            });
        dbus::startListening(*driver);
        const Events events(connection, todo, [&](SeenEvent seen, std::uint64_t atUsec) {
            printer.event(printer.wants(seen) ? details.of(std::move(seen)) : std::move(seen), atUsec);
        });
        bool there = false;
        driver->callMethod("NameHasOwner")
            .onInterface(kDriverName)
            .withArguments(std::string(kServiceName))
            .storeResultsTo(there);
        if (!there) {
            printer.daemonGone(nowUsec());
        } else if (!names.empty()) {
            // A name that Healer does not know would be waited for in vain.
            BusDaemon daemon(connection);
            if (const int status = mustKnow({names.begin(), names.end()}, daemon, terminal);
                status != kDone) {
                return status;
            }
        }
        while (true) {
            while (dbus::processOne(connection)) {
            }
            while (!todo.empty() && terminal.out) {
                const auto next = std::move(todo.front());
                todo.pop_front();
                next();
            }
            if (!terminal.out || waitForWork(connection)) {
                return kDone;
            }
        }
    } catch (const sdbus::Error& e) {
        throw CallFailure(e.getName(), "the connection to the bus has ended: " + e.getMessage());
    }
}

} // namespace healer::healerctl
