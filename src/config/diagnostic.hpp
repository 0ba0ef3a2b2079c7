// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config_node.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace healer::config {

/// One thing wrong (or doubtful) in a configuration, and where.
struct Diagnostic {
    std::string file;
    Place place;            ///< line 0: the file as a whole
    std::string key;        ///< path of the key, as in "processes[web].monitor.interval_secs"; may be empty
    std::string message;    ///< a sentence without a full stop
    std::string suggestion; ///< what was probably meant, may be empty

    bool operator==(const Diagnostic&) const = default;
};

/// Everything found wrong so far. A configuration with errors is not used; warnings are only shown.
struct Findings {
    std::vector<Diagnostic> errors;
    std::vector<Diagnostic> warnings;
};

/// "FILE:LINE:COLUMN: KEY: message (did you mean 'X'?)". Control characters are shown escaped.
[[nodiscard]] std::string format(const Diagnostic& diagnostic);

/// All of them, one a line, without a newline at the end.
[[nodiscard]] std::string format(std::span<const Diagnostic> diagnostics);

/// Puts them in the order of `files` and, within a file, of places. Files that are not listed come last.
void sort(std::vector<Diagnostic>& diagnostics, std::span<const std::string> files);

/// 'text' for use in a message: shortened where it is very long.
[[nodiscard]] std::string quote(std::string_view text);

} // namespace healer::config
