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
    /// The line itself, for a terminal: it may hold secrets, so it goes to no log. May be empty.
    std::string line = {};

    bool operator==(const Diagnostic&) const = default;
};

/// Something of the system that the configuration names is missing now, and may be there later.
struct Missing {
    enum class Concern {
        process, ///< without it the process can be neither watched nor started
        probe,   ///< without it one probe says nothing
    };
    Diagnostic what;
    Concern concern = Concern::process;
};

/// All errors and warnings so far. A configuration with errors is not used; what is missing is an error, or
/// is not, depending on what the configuration is read for.
struct Findings {
    std::vector<Diagnostic> errors;
    std::vector<Diagnostic> warnings;
    std::vector<Missing> missing = {};
};

/// "FILE:LINE:COLUMN: KEY: message (did you mean 'X'?)". Control characters are shown escaped.
[[nodiscard]] std::string format(const Diagnostic& diagnostic);

/// One a line, without a newline at the end.
[[nodiscard]] std::string format(std::span<const Diagnostic> diagnostics);

/// The same with the line of the file below it and a mark at the column, where the line is known. For a
/// terminal only.
[[nodiscard]] std::string formatWithLine(const Diagnostic& diagnostic);

/// Sorts them by the order of `files` and, within a file, by place. Files that are not listed come last.
void sort(std::vector<Diagnostic>& diagnostics, std::span<const std::string> files);

/// 'text' for a message, shortened if it is long.
[[nodiscard]] std::string quote(std::string_view text);

} // namespace healer::config
