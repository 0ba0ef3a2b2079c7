// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/process_properties.hpp"

#include <systemd/sd-bus.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// Values in messages of sd-bus.
namespace healer::bus {

/// The type on D-Bus.
template <typename Value>
inline constexpr const char* kSignature = nullptr;
template <>
inline constexpr const char* kSignature<bool> = "b";
template <>
inline constexpr const char* kSignature<std::uint32_t> = "u";
template <>
inline constexpr const char* kSignature<std::uint64_t> = "t";
template <>
inline constexpr const char* kSignature<std::string> = "s";
template <>
inline constexpr const char* kSignature<std::vector<std::string>> = "as";
template <>
inline constexpr const char* kSignature<std::map<std::string, std::string>> = "a{ss}";
template <>
inline constexpr const char* kSignature<std::vector<DependencyRow>> = "a(ssbs)";
template <>
inline constexpr const char* kSignature<KnownFields> = "a{sv}";

/// Each throws std::system_error where the message cannot take it.
void append(sd_bus_message* message, bool value);
void append(sd_bus_message* message, std::uint32_t value);
void append(sd_bus_message* message, std::uint64_t value);
void append(sd_bus_message* message, const std::string& value);
void append(sd_bus_message* message, const std::vector<std::string>& values);
void append(sd_bus_message* message, const std::map<std::string, std::string>& values);
void append(sd_bus_message* message, const std::vector<DependencyRow>& rows);
void append(sd_bus_message* message, const KnownFields& fields);

} // namespace healer::bus
