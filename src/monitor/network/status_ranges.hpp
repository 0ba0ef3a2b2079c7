// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace healer::monitor::network {

/// Status codes of HTTP as "200", "200-399" or "200,204,300-399".
class StatusRanges {
public:
    [[nodiscard]] static core::Result<StatusRanges> parse(std::string_view text);
    [[nodiscard]] bool contain(long status) const;

private:
    std::vector<std::pair<long, long>> ranges_; ///< both ends belong to each
};

} // namespace healer::monitor::network
