// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace healer::machine {

/// The only source of chance of a simulated machine: the same seed is the same run.
class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    /// 0 to count - 1.
    std::size_t below(std::size_t count) {
        return count == 0 ? 0 : static_cast<std::size_t>(engine_() % count);
    }
    bool oneIn(std::size_t count) { return below(count) == 0; }
    core::Duration between(core::Duration from, core::Duration to) {
        const auto range = static_cast<std::size_t>((to - from).count());
        return from + core::Duration(static_cast<core::Duration::rep>(below(range + 1)));
    }
    template <typename T>
    const T& of(const std::vector<T>& all) {
        return all.at(below(all.size()));
    }

private:
    std::mt19937_64 engine_;
};

} // namespace healer::machine
