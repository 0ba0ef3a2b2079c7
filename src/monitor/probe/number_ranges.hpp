// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace healer::monitor::probe {

/// Numbers written as "200", "200-399" or "200,204,300-399".
class NumberRanges {
public:
    struct Limits {
        long first = 0;
        long last = 0;
    };

    /// The error does not say what the numbers are.
    [[nodiscard]] static core::Result<NumberRanges> parse(std::string_view text, Limits limits);
    [[nodiscard]] bool contain(long number) const;

private:
    std::vector<std::pair<long, long>> ranges_; ///< both ends included
};

} // namespace healer::monitor::probe
