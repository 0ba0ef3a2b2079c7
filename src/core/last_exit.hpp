// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/field_value.hpp"
#include "core/view.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace healer::core {

/// One key of LastExit: on D-Bus, in the state file and for healerctl.
struct LastExitField {
    std::string_view name;
    char type; ///< on D-Bus
    /// None where it is not known.
    std::optional<FieldValue> (*get)(const LastExit& last);
    /// False for a value that it cannot have.
    bool (*set)(LastExit& last, const FieldValue& value);
};

[[nodiscard]] std::span<const LastExitField> lastExitFields();

/// "killed by SIGKILL, sent by PID 77 (kill) of UID 0, after running 3 min".
[[nodiscard]] std::string describe(const LastExit& last);

} // namespace healer::core
