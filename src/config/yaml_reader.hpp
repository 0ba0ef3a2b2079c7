// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config_node.hpp"
#include "config/diagnostic.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace healer::config {

constexpr std::size_t kMaxFileBytes = std::size_t{4} * 1024 * 1024;

/// What one YAML text turned into. `document` is missing where the text could not be parsed to its end; it
/// may be there beside errors (a key given twice), so that the rest can be checked too.
struct YamlOutcome {
    std::optional<ConfigDocument> document;
    std::vector<Diagnostic> errors;
};

/// Reads one YAML document. Anchors and aliases are resolved here (an alias stands where it is written, what
/// is inside it stands at its anchor). Errors: bad syntax, bytes that are no UTF-8, NUL, a second document, a
/// key twice in one mapping, keys that are no text, tags other than !!str, !!map and !!seq, more than
/// kMaxFileBytes, nesting or aliases without measure. An empty text gives a null root. `file` is only used in
/// diagnostics.
[[nodiscard]] YamlOutcome readYaml(const std::string& file, std::string_view text);

} // namespace healer::config
