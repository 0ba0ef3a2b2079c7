// SPDX-License-Identifier: Apache-2.0
#include "bus/manager_properties.hpp"

#include <algorithm>

namespace healer::bus {

bool countsAsDown(core::State state) {
    switch (state) {
    case core::State::down:
    case core::State::deferred:
    case core::State::backoff:
    case core::State::recovering:
    case core::State::tripped:
        return true;
    case core::State::disabled:
    case core::State::paused:
    case core::State::stopped:
    case core::State::starting:
    case core::State::running:
        break;
    }
    return false;
}

std::uint32_t countProcesses(const Backend& backend, bool (*counts)(core::State state)) {
    const auto names = backend.processNames();
    return static_cast<std::uint32_t>(std::count_if(names.begin(), names.end(), [&](const std::string& name) {
        const core::ProcessView* view = backend.view(name);
        return view != nullptr && counts(view->state);
    }));
}

} // namespace healer::bus
