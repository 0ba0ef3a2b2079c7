// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/action.hpp"
#include "core/phase.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace healer::core {

/// The numbers that all managed processes draw from; each number is given once.
struct Numbers {
    std::uint64_t lastIncident = 0;
    std::uint64_t lastAttempt = 0;
    std::uint64_t lastUnidentified = 0;
};

/// Called with each move of a process between phases, for tests and traces.
using MoveObserver = std::function<void(const std::string& name, PhaseKind from, PhaseKind to)>;

/// One call of the coordinator: when it happens, and what is to be done about it.
struct ActionSink {
    Moment now;
    Numbers& numbers;
    const MoveObserver& moved;
    Actions actions = {};

    [[nodiscard]] std::uint64_t nextIncident() { return ++numbers.lastIncident; }
    [[nodiscard]] std::uint64_t nextAttempt() { return ++numbers.lastAttempt; }
    [[nodiscard]] Unidentified nextUnidentified() { return {++numbers.lastUnidentified}; }
    template <typename What>
    void add(What what) {
        actions.emplace_back(std::move(what));
    }
};

} // namespace healer::core
