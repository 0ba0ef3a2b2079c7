// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace healer::machine {

/// What a run of one seed has come to.
struct Outcome {
    std::optional<std::string> finding; ///< none: all promises were kept
    std::vector<std::string> timeline;
};

/// Runs the daemon on a simulated machine for some minutes of its time; the folder is for its files.
[[nodiscard]] Outcome run(std::uint64_t seed, const std::string& folder);

} // namespace healer::machine
