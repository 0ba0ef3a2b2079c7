// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/manual.hpp"

#include <map>
#include <stdexcept>
#include <string>

/// The keys of the configuration as the source takes them, so that no list of them is kept anywhere else.
/// Keys of monitors are not among them; their kinds have tables.
namespace healer::test {

/// From the line that has `from` to the first line that is "}".
inline std::string functionIn(const std::string& file, const std::string& from) {
    const std::string text = projectFile("src/config/" + file);
    const std::size_t start = text.find(from);
    const std::size_t end = text.find("\n}\n", start);
    if (start == std::string::npos || end == std::string::npos) {
        throw std::runtime_error(file + " has no " + from);
    }
    return text.substr(start, end - start);
}

inline Words keysTaken(const std::string& text) {
    return wordsIn(text, R"re((?:take|require)\("([a-z_]+)"\))re");
}

/// Headings of healer.yaml(5), as ".Ss HEADING", to keys.
inline std::map<std::string, Words> configKeys() {
    Words recovery = keysTaken(functionIn("recovery_compiler.cpp", "core::RecoveryPlan compileRecovery("));
    recovery.merge(keysTaken(functionIn("recovery_compiler.cpp", "void compileBreaker(")));
    Words process = keysTaken(projectFile("src/config/process_compiler.cpp"));
    process.merge(keysTaken(projectFile("src/config/command_compiler.cpp")));
    return {{"Top level", keysTaken(projectFile("src/config/compiler.cpp"))},
            {"Processes", process},
            {"Stop", keysTaken(functionIn("recovery_compiler.cpp", "core::StopPlan compileStop("))},
            {"Recovery", recovery},
            {"Backoff", keysTaken(functionIn("recovery_compiler.cpp", "core::BackoffPlan compileBackoff("))},
            {"Dependencies", keysTaken(projectFile("src/config/dependency_compiler.cpp"))}};
}

} // namespace healer::test
