// SPDX-License-Identifier: Apache-2.0
#include "bus/service.hpp"

#include "bus/bus_probe.hpp"
#include "bus/session.hpp"
#include "bus/signals.hpp"
#include "bus/text.hpp"

#include <algorithm>
#include <utility>

namespace healer::bus {

namespace {

constexpr core::Duration kFirstRetry = std::chrono::milliseconds(100);
constexpr core::Duration kLastRetry = std::chrono::seconds(5);
constexpr core::Duration kNameRetry = std::chrono::seconds(2);
/// The counts take a look at all processes: in a burst, once for many changes.
constexpr core::Duration kManagerDelay = std::chrono::milliseconds(50);
constexpr core::Duration kProbeTimeout = std::chrono::seconds(4);

} // namespace

Service::Service(runtime::Loop& loop, runtime::Log& log, Backend& backend, Settings settings)
    : loop_(loop), log_(log), backend_(backend), settings_(std::move(settings)), backoff_(kFirstRetry) {}

Service::~Service() = default;

void Service::start() {
    if (settings_.mode.kind != BusMode::Kind::none) {
        attempt();
    }
}

void Service::attempt() {
    probe_ = std::make_unique<BusProbe>(loop_, settings_.mode, kProbeTimeout,
                                        [this](const core::Result<void>& outcome) { probed(outcome); });
}

void Service::probed(const core::Result<void>& outcome) {
    probe_.reset();
    if (!outcome) {
        unavailable("cannot connect to " + describe(settings_.mode) + ": " + outcome.error().message);
        retryConnecting();
        return;
    }
    auto connection = Connection::open(loop_, settings_.mode, [this](const std::string& why) {
        session_.reset();
        unavailable("lost the connection to " + describe(settings_.mode) + ": " + why);
        retryConnecting();
    });
    if (!connection) {
        unavailable(connection.error().message);
        retryConnecting();
        return;
    }
    try {
        session_ = std::make_unique<Session>(loop_, std::move(connection).value(), backend_, settings_.log,
                                             settings_.polkit);
    } catch (const sdbus::Error& e) {
        unavailable("cannot export the D-Bus objects: " + e.getMessage());
        retryConnecting();
        return;
    }
    published_.clear();
    for (const std::string& name : backend_.processNames()) {
        published_.emplace(name, fingerprintOf(kProcessProperties, factsOf(backend_, name)));
    }
    publishedManager_ = fingerprintOf(kManagerProperties, backend_);
    changed_.clear();
    requestName();
}

void Service::requestName() {
    if (session_) {
        session_->connection().requestName(kServiceName,
                                           [this](const core::Result<bool>& owned) { nameAnswered(owned); });
    }
}

void Service::nameAnswered(const core::Result<bool>& owned) {
    if (owned && *owned) {
        nameOwned_ = true;
        backoff_ = kFirstRetry;
        lastComplaint_.clear();
        log_.info(std::string("D-Bus: ") + kServiceName + " is on " + describe(settings_.mode));
        if (settings_.onNameAcquired) {
            settings_.onNameAcquired();
        }
        return;
    }
    unavailable(owned
                    ? std::string("the name ") + kServiceName + " on " + describe(settings_.mode) +
                          " belongs to another program; is a second Healer running?"
                    : std::string("the bus refuses the name ") + kServiceName + ": " + owned.error().message);
    retryIn(kNameRetry, &Service::requestName);
}

void Service::unavailable(const std::string& why) {
    nameOwned_ = false;
    if (std::exchange(lastComplaint_, why) != why) {
        log_.report(core::notice::BusUnavailable{why});
    }
    if (settings_.onUnavailable) {
        settings_.onUnavailable(why);
    }
}

void Service::retryConnecting() {
    retryIn(backoff_, &Service::attempt);
    backoff_ = std::min(backoff_ * 2, kLastRetry);
}

void Service::retryIn(core::Duration delay, void (Service::*what)()) {
    retry_ = loop_.addTimer(loop_.now() + delay, [this, what] { (this->*what)(); });
}

void Service::processesChanged(const std::vector<std::string>& added,
                               const std::vector<std::string>& removed) {
    if (!session_) {
        return;
    }
    for (const std::string& name : removed) {
        session_->processes().remove(name);
        published_.erase(name);
        changed_.erase(name);
    }
    for (const std::string& name : added) {
        published_.insert_or_assign(name, fingerprintOf(kProcessProperties, factsOf(backend_, name)));
        session_->processes().add(name);
    }
    publishManagerLater();
}

void Service::processChanged(const std::string& name) {
    if (session_) {
        changed_.insert(name);
        publishLater();
        publishManagerLater();
    }
}

void Service::managerChanged() {
    if (session_) {
        publishManagerLater();
    }
}

void Service::publishLater() {
    if (!publication_) {
        publication_ = loop_.addDeferred([this] { publish(); });
    }
}

void Service::publish() {
    publication_.reset();
    const std::set<std::string> names = std::exchange(changed_, {});
    if (!session_) {
        return;
    }
    for (const std::string& name : names) {
        const auto known = published_.find(name);
        if (known != published_.end()) {
            const ProcessFingerprint now = fingerprintOf(kProcessProperties, factsOf(backend_, name));
            session_->processes().announce(name, changedProperties(kProcessProperties, known->second, now));
            known->second = now;
        }
    }
}

void Service::publishManagerLater() {
    if (!managerPublication_) {
        managerPublication_ = loop_.addTimer(loop_.now() + kManagerDelay, [this] { publishManager(); });
    }
}

void Service::publishManager() {
    managerPublication_.reset();
    if (!session_) {
        return;
    }
    const ManagerFingerprint now = fingerprintOf(kManagerProperties, backend_);
    const auto properties = changedProperties(kManagerProperties, publishedManager_, now);
    publishedManager_ = now;
    if (!properties.empty()) {
        sent([&] { session_->manager().announce(properties); });
    }
}

/// Each signal has a number of its own, also while nothing is connected.
template <typename Notice>
std::uint64_t Service::signal(const std::string& name, std::uint64_t incident, const Notice& notice) {
    if constexpr (!kHasSignal<Notice>) {
        return 0;
    } else {
        const std::uint64_t seq = ++seq_;
        if (session_) {
            sent([&] { emitSignal(session_->manager(), {seq, name, incident}, notice); });
        }
        return seq;
    }
}

std::uint64_t Service::announce(const core::action::Announce& announce) {
    return std::visit([&](const auto& notice) { return signal(announce.name, announce.incident, notice); },
                      announce.notice);
}

std::uint64_t Service::announce(const core::notice::Reloaded& reloaded) {
    return signal("", 0, reloaded);
}

} // namespace healer::bus
