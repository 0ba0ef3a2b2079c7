// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Declares each key of the configuration once. Parsing and error messages are made from these declarations;
/// tests compare healer.yaml(5) and config.yaml with them.
namespace healer::config {

/// How the value of a key is read.
enum class KeyType {
    text,
    plain,   ///< text as it is written; an unquoted number is text too
    path,    ///< an absolute path
    program, ///< the absolute path of an executable, checked like the command of a process
    integer,
    number,
    seconds,
    milliseconds,
    boolean,
    word,       ///< one of a list of words
    signal,     ///< the name of a signal, such as SIGTERM
    byteSize,   ///< "512M": binary suffixes K, M, G and T; a plain number is in bytes
    percentage, ///< "80%"
    unitName,   ///< the name of a systemd unit
    textList,
    textOrList, ///< a list of texts, which may be written as a text where it has one
    textMap,
    variables, ///< environment variables
    mapping,   ///< a mapping with a table of its own
    mappings,  ///< a list of mappings
};

/// Both bounds are inclusive.
struct Range {
    double minimum = 0;
    double maximum = 1e9;

    bool operator==(const Range&) const = default;
};

inline constexpr double kDay = 86'400;
inline constexpr double kYear = 365 * kDay;
inline constexpr Range kTimeout{0.001, kDay}; ///< in seconds: a wait that must not be zero
inline constexpr Range kWait{0, kDay};        ///< in seconds: a wait that may be zero

/// A word of the configuration and what it stands for.
template <typename Meaning>
struct Word {
    std::string_view name;
    Meaning meaning;
};

/// A key that is an error if another key is given.
struct Exclusion {
    std::string_view by;     ///< that other key
    std::string_view reason; ///< the message
};

/// The declaration of one key.
struct KeySpec {
    std::string_view name = {};
    std::string_view alias = {}; ///< a second spelling, if any
    KeyType type = KeyType::text;
    std::string_view help = {};  ///< the first sentence of its description in healer.yaml(5)
    std::string_view since = {}; ///< the first version that has it
    bool required = false;
    /// As written in YAML. Unset for a key that fills a member: the initializer of the member is its default.
    std::optional<std::string_view> byDefault = std::nullopt;
    Range range = {};                             ///< of numbers, in the unit of the configuration
    std::span<const std::string_view> words = {}; ///< of KeyType::word
    /// The name of an earlier key whose value is the lower limit of this one. A default below the limit is
    /// raised to it.
    std::string_view atLeast = {};
    Exclusion excluded = {};
    /// The noun for the value, such as "PID file", if no two processes may have the same value.
    std::string_view unique = {};
    /// Returns what is wrong with a value of the right type, as "must ...", or nothing.
    std::optional<std::string> (*check)(const core::ArgValue& value) = nullptr;
};

/// The properties of a monitor kind that the configuration needs.
struct MonitorSchema {
    std::string_view type; ///< the value of the key `type`
    std::span<const KeySpec> keys;
    bool confirmsStart = false; ///< see core::MonitorPlan
    core::MonitorRole role = core::MonitorRole::instance;
    /// If this kind follows units: the key that names the unit. A process with a unit has such a monitor even
    /// if it is not listed.
    std::string_view unitKey = {};
    /// Whether a command that has nothing but probes gets a monitor of this kind in addition.
    bool addedToProbes = false;
    /// Returns what an administrator should know about valid settings, or nothing.
    std::optional<std::string> (*advice)(const core::MonitorPlan& plan) = nullptr;
};

} // namespace healer::config
