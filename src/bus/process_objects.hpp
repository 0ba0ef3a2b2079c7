// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/requests.hpp"

#include <systemd/sd-bus.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace healer::bus {

/// /org/healer/process/NAME for all processes, read from the backend at each request. They share one table
/// of methods and properties, as the units of systemd do: with an object of sdbus-c++ for each, a process
/// would take 8 KB more.
class ProcessObjects {
public:
    /// `bus` and `requests` outlive it. Throws an sdbus::Error where they cannot be exported.
    ProcessObjects(sd_bus* bus, Requests& requests, const std::vector<std::string>& names);
    ProcessObjects(const ProcessObjects&) = delete;
    ProcessObjects& operator=(const ProcessObjects&) = delete;
    ~ProcessObjects() = default;

    void add(const std::string& name);
    void remove(const std::string& name);
    /// Sends PropertiesChanged with these properties and their present values.
    void announce(const std::string& name, const std::vector<const char*>& properties) const;

private:
    struct Callbacks;
    struct Unref {
        void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
    };
    using Slot = std::unique_ptr<sd_bus_slot, Unref>;

    sd_bus* bus_;
    Requests& requests_;
    std::set<std::string> names_;
    Slot table_;
    Slot children_;
};

} // namespace healer::bus
