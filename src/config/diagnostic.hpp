// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config_node.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace healer::config {

/// One error or warning, and where it is.
struct Diagnostic {
    std::string file;
    Place place;            ///< line 0: the file as a whole
    std::string key;        ///< path of the key, as in "processes[web].monitor.interval_secs"; may be empty
    std::string message;    ///< a sentence without a full stop
    std::string suggestion; ///< the word that was probably meant; may be empty

    bool operator==(const Diagnostic&) const = default;
};

/// All errors and warnings so far. A configuration with errors is not used.
struct Findings {
    std::vector<Diagnostic> errors;
    std::vector<Diagnostic> warnings;
};

/// "FILE:LINE:COLUMN: KEY: message (did you mean 'X'?)". Control characters are shown escaped.
[[nodiscard]] std::string format(const Diagnostic& diagnostic);

/// One a line, without a newline at the end.
[[nodiscard]] std::string format(std::span<const Diagnostic> diagnostics);

/// Sorts them by the order of `files` and, within a file, by place. Files that are not listed come last.
void sort(std::vector<Diagnostic>& diagnostics, std::span<const std::string> files);

/// 'text' for a message, shortened if it is long.
[[nodiscard]] std::string quote(std::string_view text);

} // namespace healer::config
