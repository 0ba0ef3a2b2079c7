// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/diagnostic.hpp"

#include <vector>

namespace healer::config {

/// Everything found wrong so far. A configuration with errors is not used; warnings are only shown.
struct Findings {
    std::vector<Diagnostic> errors;
    std::vector<Diagnostic> warnings;
};

} // namespace healer::config
