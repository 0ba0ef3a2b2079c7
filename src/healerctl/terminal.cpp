// SPDX-License-Identifier: Apache-2.0
#include "healerctl/terminal.hpp"

#include <ostream>

namespace healer::healerctl {

std::string painted(const Terminal& terminal, Tone tone, std::string_view text) {
    const char* code = "";
    switch (tone) {
    case Tone::plain:
        return std::string(text);
    case Tone::good:
        code = "\x1b[32m";
        break;
    case Tone::bad:
        code = "\x1b[31;1m";
        break;
    case Tone::notice:
        code = "\x1b[33m";
        break;
    case Tone::dim:
        code = "\x1b[2m";
        break;
    case Tone::bold:
        code = "\x1b[1m";
        break;
    }
    return terminal.colour ? code + std::string(text) + "\x1b[0m" : std::string(text);
}

Tone toneOf(const std::optional<core::State>& state) {
    if (!state) {
        return Tone::notice;
    }
    switch (*state) {
    case core::State::running:
        return Tone::good;
    case core::State::down:
    case core::State::tripped:
        return Tone::bad;
    case core::State::disabled:
    case core::State::stopped:
        return Tone::dim;
    case core::State::paused:
    case core::State::starting:
    case core::State::deferred:
    case core::State::backoff:
    case core::State::recovering:
        break;
    }
    return Tone::notice;
}

Tone toneOf(const std::optional<core::BreakerState>& state) {
    if (!state) {
        return Tone::notice;
    }
    switch (*state) {
    case core::BreakerState::closed:
        return Tone::good;
    case core::BreakerState::open:
        return Tone::bad;
    case core::BreakerState::halfOpen:
        break;
    }
    return Tone::notice;
}

void printJson(const Terminal& terminal, const nlohmann::json& document) {
    const int indent = terminal.json == JsonStyle::pretty ? 2 : -1;
    terminal.out << document.dump(indent, ' ', true, nlohmann::json::error_handler_t::replace) << '\n';
}

} // namespace healer::healerctl
