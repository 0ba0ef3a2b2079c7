// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/manual.hpp"

#include <sstream>
#include <string>

namespace healer::test {

/// config/config.yaml with every key uncommented: removes each # that is not followed by a single space.
inline std::string uncommented() {
    std::istringstream in(projectFile("config/config.yaml"));
    std::string text;
    for (std::string line; std::getline(in, line);) {
        const bool prose = line.starts_with("# ") && !line.starts_with("#  ");
        if (line == "processes: []") {
            line = "processes:";
        } else if (line.starts_with('#') && !prose) {
            line.erase(0, 1);
        }
        text += line + "\n";
    }
    return text;
}

} // namespace healer::test
