// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config_node.hpp"

#include <string>
#include <string_view>

namespace healer::config {

/// An error in the syntax, in words that an administrator understands.
struct SyntaxFault {
    Place place;
    std::string message;
    std::string line; ///< the line of the text; empty where the place is not known
};

/// What the message of the YAML parser means in this text.
[[nodiscard]] SyntaxFault explainSyntax(const std::string& message, std::string_view text, Place place);

} // namespace healer::config
