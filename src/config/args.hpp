// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Declares the settings of a monitor kind once: parsing, unknown-key errors, --check and the man page read
/// this.
namespace healer::config {

enum class ArgType {
    text,
    plain, ///< text as it is written, a plain number too
    absolutePath,
    program, ///< the absolute path of an executable, checked as a process's own command is
    integer,
    seconds,
    boolean,
    textList,
    textMap,
};

struct ArgSpec {
    std::string_view name;
    ArgType type = ArgType::text;
    std::string_view help; ///< one sentence for the manual
    bool required = false;
    std::optional<double> defaultNumber = std::nullopt; ///< for integer and seconds, in the YAML's unit
    std::optional<std::string_view> defaultText = std::nullopt;
    double minimum = 0;   ///< for integer and seconds
    double maximum = 1e9; ///< for integer and seconds
    /// What is wrong with a value of the right type, as "must ..."; nothing when it is good.
    std::optional<std::string> (*check)(const core::ArgValue& value) = nullptr;
};

/// What the configuration needs to know of a monitor kind.
struct MonitorSchema {
    std::string_view type; ///< the word after `type:`
    std::span<const ArgSpec> args;
    bool confirmsStart = false; ///< see core::MonitorPlan
    core::MonitorRole role = core::MonitorRole::instance;
};

} // namespace healer::config
