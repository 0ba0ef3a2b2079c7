// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/view.hpp"
#include "healerctl/options.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace healer::healerctl {

/// Where and how commands write.
struct Terminal {
    std::ostream& out;
    std::ostream& err;
    bool colour = false;
    std::size_t width = 0; ///< in columns; 0: no terminal, so nothing is shortened
    JsonStyle json = JsonStyle::off;
    std::uint64_t nowUsec = 0; ///< CLOCK_REALTIME
};

enum class Tone { plain, good, bad, notice, dim, bold };

/// The text (already printable) in a colour, if the terminal has them.
[[nodiscard]] std::string painted(const Terminal& terminal, Tone tone, std::string_view text);

/// The tone of a state; of one that this version does not know, `notice`.
[[nodiscard]] Tone toneOf(const std::optional<core::State>& state);
[[nodiscard]] Tone toneOf(const std::optional<core::BreakerState>& state);

/// One JSON document and a newline. Only ASCII is written, everything else escaped.
void printJson(const Terminal& terminal, const nlohmann::json& document);

} // namespace healer::healerctl
