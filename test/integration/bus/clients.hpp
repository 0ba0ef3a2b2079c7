// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dbus/logcontrol1_proxy.hpp"
#include "dbus/manager_proxy.hpp"
#include "dbus/process_proxy.hpp"
#include "sdbus_dialect.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace healer::test {

inline dbus::ServiceName serviceName() {
    return dbus::ServiceName("org.healer");
}

/// The manager as a client sees it, with the signals that it has got.
class ManagerClient final
    : public sdbus::ProxyInterfaces<org::healer::Manager_proxy, sdbus::ObjectManager_proxy,
                                    sdbus::Introspectable_proxy> {
public:
    explicit ManagerClient(sdbus::IConnection& connection)
        : ProxyInterfaces(connection, serviceName(), sdbus::ObjectPath("/org/healer")) {
        registerProxy();
    }
    ManagerClient(const ManagerClient&) = delete;
    ManagerClient& operator=(const ManagerClient&) = delete;
    virtual ~ManagerClient() { unregisterProxy(); }

    std::vector<std::string> events;
    std::vector<std::uint64_t> seqs;

private:
    void note(std::uint64_t seq, std::string text) {
        seqs.push_back(seq);
        events.push_back(std::move(text));
    }
    void onProcessDown(const std::uint64_t& seq, const std::string& name, const std::uint32_t& pid,
                       const std::string& reason,
                       const std::map<std::string, sdbus::Variant>& details) override {
        note(seq, "down " + name + " " + std::to_string(pid) + " " + reason + " " +
                      details.at("reason").get<std::string>());
    }
    void onProcessDisconnected(const std::uint64_t& seq, const std::string& name, const std::string& url,
                               const std::string& reason) override {
        note(seq, "disconnected " + name + " " + url + " " + reason);
    }
    void onRecoveryStarted(const std::uint64_t& seq, const std::string& name,
                           const std::uint32_t& attempt) override {
        note(seq, "started " + name + " " + std::to_string(attempt));
    }
    void onRecoveryFinished(const std::uint64_t& seq, const std::string& name, const bool& ok,
                            const std::uint32_t& pid, const std::string& error,
                            const std::uint64_t& duration) override {
        note(seq, "finished " + name + " " + (ok ? "ok " : "failed ") + std::to_string(pid) + " " + error +
                      " " + std::to_string(duration));
    }
    void onBreakerChanged(const std::uint64_t& seq, const std::string& name, const std::string& from,
                          const std::string& to) override {
        note(seq, "breaker " + name + " " + from + " " + to);
    }
    void onReloaded(const std::uint64_t& seq, const std::vector<std::string>& added,
                    const std::vector<std::string>& changed,
                    const std::vector<std::string>& removed) override {
        note(seq, "reloaded " + std::to_string(added.size()) + " " + std::to_string(changed.size()) + " " +
                      std::to_string(removed.size()));
    }
    void onInterfacesAdded(const sdbus::ObjectPath& path,
                           const std::map<dbus::InterfaceName, std::map<dbus::PropertyName, sdbus::Variant>>&
                               interfaces) override {
        events.push_back("added " + path + " " +
                         std::to_string(interfaces.count(dbus::InterfaceName("org.healer.Process"))));
    }
    void onInterfacesRemoved(const sdbus::ObjectPath& path,
                             const std::vector<dbus::InterfaceName>& interfaces) override {
        events.push_back("removed " + path + (interfaces.empty() ? " nothing" : ""));
    }
};

/// One process as a client sees it, with the names of the properties in each PropertiesChanged.
class ProcessClient final : public sdbus::ProxyInterfaces<org::healer::Process_proxy, sdbus::Properties_proxy,
                                                          sdbus::Introspectable_proxy> {
public:
    ProcessClient(sdbus::IConnection& connection, const std::string& path)
        : ProxyInterfaces(connection, serviceName(), sdbus::ObjectPath(path)) {
        registerProxy();
    }
    ProcessClient(const ProcessClient&) = delete;
    ProcessClient& operator=(const ProcessClient&) = delete;
    virtual ~ProcessClient() { unregisterProxy(); }

    std::vector<std::map<dbus::PropertyName, sdbus::Variant>> changes;

private:
    void onPropertiesChanged(const dbus::InterfaceName&,
                             const std::map<dbus::PropertyName, sdbus::Variant>& changed,
                             const std::vector<dbus::PropertyName>&) override {
        changes.push_back(changed);
    }
};

class LogControlClient final
    : public sdbus::ProxyInterfaces<org::freedesktop::LogControl1_proxy, sdbus::Introspectable_proxy> {
public:
    explicit LogControlClient(sdbus::IConnection& connection)
        : ProxyInterfaces(connection, serviceName(), sdbus::ObjectPath("/org/freedesktop/LogControl1")) {
        registerProxy();
    }
    LogControlClient(const LogControlClient&) = delete;
    LogControlClient& operator=(const LogControlClient&) = delete;
    virtual ~LogControlClient() { unregisterProxy(); }
};

/// Handles what comes in until the condition holds; false after 10 s.
template <typename Condition>
bool pumpUntil(sdbus::IConnection& connection, Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        if (!dbus::processOne(connection)) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    return true;
}

} // namespace healer::test
