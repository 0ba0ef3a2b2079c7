// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/backend.hpp"
#include "bus/property_table.hpp"
#include "bus/text.hpp"

#include <cstdint>
#include <string>
#include <tuple>

namespace healer::bus {

/// The properties of org.healer.Manager.
inline constexpr std::tuple kManagerProperties{
    property<"Version">([](const Backend&) { return std::string(HEALER_VERSION); }),
    property<"ConfigPath">([](const Backend& backend) { return validUtf8(backend.configPath()); }),
    property<"ObserveOnly">([](const Backend& backend) { return backend.observeOnly(); }),
    property<"MonitorTypes">([](const Backend& backend) { return backend.monitorTypes(); }),
    property<"EbpfStatus">([](const Backend& backend) { return validUtf8(backend.ebpfStatus()); }),
    property<"LostEvents">([](const Backend& backend) { return backend.lostEvents(); }),
    property<"ProcessCount">(
        [](const Backend& backend) { return static_cast<std::uint32_t>(backend.census().total); }),
    property<"DownCount">(
        [](const Backend& backend) { return static_cast<std::uint32_t>(backend.census().down); }),
    property<"TrippedCount">(
        [](const Backend& backend) { return static_cast<std::uint32_t>(backend.census().tripped); }),
    property<"LastReloadError">([](const Backend& backend) { return validUtf8(backend.lastReloadError()); }),
};

using ManagerFingerprint = Fingerprint<std::remove_const_t<decltype(kManagerProperties)>>;

} // namespace healer::bus
