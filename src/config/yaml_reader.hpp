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

/// The result of reading one YAML text. `document` is unset if the text could not be parsed to its end. It
/// may be set although there are errors (a duplicate key), so that the rest can be checked too.
struct YamlOutcome {
    std::optional<ConfigDocument> document;
    std::vector<Diagnostic> errors;
};

/// Reads one YAML document. Anchors, aliases and merge keys (<<) are resolved: an alias has the place where
/// it is written, and its parts have the places at the anchor. Errors: syntax, invalid UTF-8, NUL, a second
/// document, duplicate keys, keys that are not text, tags other than !!str, !!map and !!seq, more than
/// kMaxFileBytes, too many nested or aliased values. An empty text is a null root. `file` is used in
/// diagnostics only.
[[nodiscard]] YamlOutcome readYaml(const std::string& file, std::string_view text);

} // namespace healer::config
