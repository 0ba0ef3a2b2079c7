// SPDX-License-Identifier: Apache-2.0
#include "systemd/unit_notes.hpp"

#include "systemd/unit_character.hpp"
#include "systemd/unit_reader.hpp"

#include <systemd/sd-bus.h>
#include <unistd.h>

#include <memory>
#include <optional>

namespace healer::systemd {

namespace {

constexpr std::uint64_t kPatienceUsec = 3'000'000;

struct Unref {
    void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Bus = std::unique_ptr<sd_bus, Unref>;

Bus systemBus() {
    sd_bus* bus = nullptr;
    if (access("/run/systemd/system", F_OK) != 0 || sd_bus_open_system(&bus) < 0) {
        return nullptr;
    }
    (void)sd_bus_set_method_call_timeout(bus, kPatienceUsec);
    return Bus(bus);
}

bool readInterface(sd_bus* bus, const std::string& unit, const char* interface, UnitFacts& facts) {
    sd_bus_message* reply = nullptr;
    const int called =
        sd_bus_call_method(bus, "org.freedesktop.systemd1", unitObjectPath(unit).c_str(),
                           "org.freedesktop.DBus.Properties", "GetAll", nullptr, &reply, "s", interface);
    const std::unique_ptr<sd_bus_message, Unref> held(reply);
    return called >= 0 && readProperties(reply, facts);
}

} // namespace

std::vector<std::string> unitNotes(std::span<const std::string> units) {
    std::vector<std::string> notes;
    const Bus bus = units.empty() ? nullptr : systemBus();
    for (const auto& unit : units) {
        UnitFacts facts;
        const bool service = unit.ends_with(".service");
        if (bus == nullptr || !readInterface(bus.get(), unit, kUnitInterface.data(), facts) ||
            (service && !readInterface(bus.get(), unit, "org.freedesktop.systemd1.Service", facts))) {
            continue;
        }
        if (auto note = endNote(completed(std::move(facts)), unit); !note.empty()) {
            notes.push_back(std::move(note));
        }
    }
    return notes;
}

} // namespace healer::systemd
