// SPDX-License-Identifier: Apache-2.0
#include "healerctl/bus_daemon.hpp"

#include "dbus/manager_proxy.hpp"
#include "dbus/process_proxy.hpp"
#include "healerctl/bus_connection.hpp"
#include "healerctl/json_value.hpp"
#include "sdbus_dialect.hpp"

#include <algorithm>
#include <utility>

namespace healer::healerctl {

namespace {

constexpr const char* kServiceName = "org.healer";
constexpr std::chrono::seconds kReadTimeout{5};
/// A restart may wait for the old instance to end, for dependencies and for the new one to be up.
constexpr std::chrono::seconds kChangeTimeout = std::chrono::minutes(15);

/// Reads any object's properties.
class Properties {
public:
    Properties(sdbus::IConnection& connection, const std::string& path)
        : proxy_(sdbus::createProxy(connection, dbus::ServiceName(kServiceName), sdbus::ObjectPath(path))) {}

    [[nodiscard]] nlohmann::json all(const std::string& interface) {
        std::map<std::string, sdbus::Variant> values;
        proxy_->callMethod("GetAll")
            .onInterface("org.freedesktop.DBus.Properties")
            .withArguments(interface)
            .storeResultsTo(values);
        return toJson(values);
    }

    using Objects = std::map<sdbus::ObjectPath,
                             std::map<dbus::InterfaceName, std::map<dbus::PropertyName, sdbus::Variant>>>;
    [[nodiscard]] Objects managedObjects() {
        Objects objects;
        proxy_->callMethod("GetManagedObjects")
            .onInterface("org.freedesktop.DBus.ObjectManager")
            .storeResultsTo(objects);
        return objects;
    }

private:
    std::unique_ptr<sdbus::IProxy> proxy_;
};

} // namespace

/// Calls without listening: the signals of the generated class are not subscribed to.
class BusDaemon::Manager final : public org::healer::Manager_proxy {
public:
    explicit Manager(std::unique_ptr<sdbus::IProxy> proxy)
        : Manager_proxy(*proxy), proxy_(std::move(proxy)) {}
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;
    virtual ~Manager() = default;

private:
    void onProcessDown(const std::uint64_t&, const std::string&, const std::uint32_t&, const std::string&,
                       const std::map<std::string, sdbus::Variant>&) override {}
    void onProcessDisconnected(const std::uint64_t&, const std::string&, const std::string&,
                               const std::string&) override {}
    void onRecoveryStarted(const std::uint64_t&, const std::string&, const std::uint32_t&) override {}
    void onRecoveryFinished(const std::uint64_t&, const std::string&, const bool&, const std::uint32_t&,
                            const std::string&, const std::uint64_t&) override {}
    void onBreakerChanged(const std::uint64_t&, const std::string&, const std::string&,
                          const std::string&) override {}
    void onReloaded(const std::uint64_t&, const std::vector<std::string>&, const std::vector<std::string>&,
                    const std::vector<std::string>&) override {}

    std::unique_ptr<sdbus::IProxy> proxy_;
};

BusDaemon::BusDaemon(sdbus::IConnection& connection)
    : connection_(connection),
      manager_(std::make_unique<Manager>(sdbus::createProxy(connection, dbus::ServiceName(kServiceName),
                                                            sdbus::ObjectPath("/org/healer")))) {}

BusDaemon::~BusDaemon() = default;

template <typename Call>
auto BusDaemon::call(std::chrono::seconds timeout, Call&& body) -> decltype(body()) {
    try {
        connection_.setMethodCallTimeout(timeout);
        return std::forward<Call>(body)();
    } catch (const sdbus::Error& e) {
        fail(e);
    }
}

std::vector<ProcessStatus> BusDaemon::processes() {
    return call(kReadTimeout, [this] {
        std::vector<ProcessStatus> result;
        for (const auto& [path, interfaces] : Properties(connection_, "/org/healer").managedObjects()) {
            const auto found =
                interfaces.find(dbus::InterfaceName(org::healer::Process_proxy::INTERFACE_NAME));
            if (found != interfaces.end()) {
                result.push_back(processStatus(toJson(found->second)));
            }
        }
        std::ranges::sort(result, {}, &ProcessStatus::name);
        return result;
    });
}

ProcessStatus BusDaemon::process(const std::string& name) {
    return call(kReadTimeout, [&] {
        return processStatus(Properties(connection_, manager_->GetProcess(name))
                                 .all(org::healer::Process_proxy::INTERFACE_NAME));
    });
}

ManagerStatus BusDaemon::manager() {
    return call(kReadTimeout, [this] {
        return managerStatus(Properties(connection_, "/org/healer").all(Manager::INTERFACE_NAME));
    });
}

std::vector<HistoryEvent> BusDaemon::history(const std::string& name, std::uint32_t max) {
    return call(kReadTimeout, [&] {
        std::vector<HistoryEvent> result;
        for (const auto& entry : manager_->GetHistory(name, max)) {
            result.push_back(historyEvent(toJson(entry)));
        }
        return result;
    });
}

std::optional<std::uint32_t> BusDaemon::change(Verb verb, const std::string& name) {
    return call(kChangeTimeout, [&]() -> std::optional<std::uint32_t> {
        switch (verb) {
        case Verb::start:
            return manager_->Start(name);
        case Verb::restart:
            return manager_->Restart(name);
        case Verb::stop:
            manager_->Stop(name);
            break;
        case Verb::pause:
            manager_->Pause(name);
            break;
        case Verb::resume:
            manager_->Resume(name);
            break;
        case Verb::reset:
            manager_->ResetBreaker(name);
            break;
        }
        return std::nullopt;
    });
}

nlohmann::json BusDaemon::reload() {
    return call(kChangeTimeout, [this] {
        const auto lists = manager_->Reload();
        return nlohmann::json{
            {"Added", std::get<0>(lists)}, {"Changed", std::get<1>(lists)}, {"Removed", std::get<2>(lists)}};
    });
}

} // namespace healer::healerctl
