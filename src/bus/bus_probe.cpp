// SPDX-License-Identifier: Apache-2.0
#include "bus/bus_probe.hpp"

#include <systemd/sd-bus.h>

#include <cstring>
#include <string>
#include <utility>

namespace healer::bus {

struct BusProbe::Bus {
    Bus() = default;
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;
    ~Bus() { sd_bus_close_unref(raw); }

    sd_bus* raw = nullptr;
};

namespace {

int openBus(const BusMode& mode, sd_bus** bus) {
    if (mode.kind == BusMode::Kind::system) {
        return sd_bus_open_system(bus);
    }
    if (mode.kind == BusMode::Kind::session) {
        return sd_bus_open_user(bus);
    }
    int result = sd_bus_new(bus);
    result = result < 0 ? result : sd_bus_set_address(*bus, mode.address.c_str());
    result = result < 0 ? result : sd_bus_set_bus_client(*bus, 1);
    return result < 0 ? result : sd_bus_start(*bus);
}

} // namespace

BusProbe::BusProbe(runtime::Loop& loop, const BusMode& mode, core::Duration timeout,
                   std::function<void(core::Result<void>)> callback)
    : loop_(loop), callback_(std::move(callback)), bus_(std::make_unique<Bus>()) {
    int result = openBus(mode, &bus_->raw);
    result = result < 0 ? result : sd_bus_attach_event(bus_->raw, loop.raw(), SD_EVENT_PRIORITY_NORMAL);
    if (result >= 0) {
        const auto onReply = [](sd_bus_message* reply, void* data, sd_bus_error*) {
            const sd_bus_error* error = sd_bus_message_get_error(reply);
            auto& self = *static_cast<BusProbe*>(data);
            self.finish(error == nullptr
                            ? core::Result<void>()
                            : core::Error{error->message == nullptr ? error->name : error->message});
            return 0;
        };
        result = sd_bus_call_method_async(bus_->raw, nullptr, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                          "org.freedesktop.DBus", "GetId", onReply, this, "");
    }
    if (result < 0) {
        finish(core::Error{std::strerror(-result)});
        return;
    }
    timeout_ = loop_.addTimer(loop_.now() + timeout, [this] { finish(core::Error{"it does not answer"}); });
}

BusProbe::~BusProbe() = default;

void BusProbe::finish(const core::Result<void>& outcome) noexcept {
    if (!finished_) {
        finished_ = loop_.addDeferred([callback = callback_, outcome] { callback(outcome); });
    }
}

} // namespace healer::bus
