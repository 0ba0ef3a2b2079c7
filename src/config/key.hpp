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

/// The type of a value, and so how its text is read.
enum class KeyType {
    text,
    plain,   ///< text as it is written; a plain number is text too
    path,    ///< an absolute path
    program, ///< the absolute path of an executable, which is checked as the command of a process is
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
    textMap,
    variables, ///< environment variables
    mapping,   ///< keys of its own
    mappings,  ///< a list of entries with keys of their own
};

/// Both ends belong to the range.
struct Range {
    double minimum = 0;
    double maximum = 1e9;
};

inline constexpr double kDay = 86'400;
inline constexpr double kYear = 365 * kDay;
inline constexpr Range kTimeout{0.001, kDay}; ///< in seconds: a wait that cannot be zero
inline constexpr Range kWait{0, kDay};        ///< in seconds: a wait that may be left out

/// A word of the configuration and what it stands for.
template <typename Meaning>
struct Word {
    std::string_view name;
    Meaning meaning;
};

/// A key that must not be given, because another key is.
struct Exclusion {
    std::string_view by;     ///< that other key
    std::string_view reason; ///< the message
};

/// What there is to say about one key.
struct KeySpec {
    std::string_view name = {};
    std::string_view alias = {}; ///< a second spelling, if any
    KeyType type = KeyType::text;
    std::string_view help = {};  ///< the first sentence of its description in healer.yaml(5)
    std::string_view since = {}; ///< the first version that has it
    bool required = false;
    /// As it would be written in YAML. Not for a key that fills a member: the initializer of the member is
    /// the default.
    std::optional<std::string_view> byDefault = std::nullopt;
    Range range = {};                             ///< of numbers, in the unit of the file
    std::span<const std::string_view> words = {}; ///< of KeyType::word
    /// Another key, a row further up, whose value is a lower limit of this one. A default gives way to it.
    std::string_view atLeast = {};
    Exclusion excluded = {};
    /// What the value is, such as "PID file", if no two processes may have the same one.
    std::string_view unique = {};
    /// What is wrong with a value of the right type, as "must ..."; nothing when it is good.
    std::optional<std::string> (*check)(const core::ArgValue& value) = nullptr;
};

/// What the configuration needs to know of a monitor kind.
struct MonitorSchema {
    std::string_view type; ///< the word after `type:`
    std::span<const KeySpec> keys;
    bool confirmsStart = false; ///< see core::MonitorPlan
    core::MonitorRole role = core::MonitorRole::instance;
    /// Of the kind that follows units: the key that names the unit. A process with a unit has this monitor
    /// without being asked.
    std::string_view unitKey = {};
    /// Whether a command with nothing but probes gets a monitor of this kind as well.
    bool addedToProbes = false;
};

} // namespace healer::config
