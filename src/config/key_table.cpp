// SPDX-License-Identifier: Apache-2.0
#include "config/key_table.hpp"

#include <string>

namespace healer::config {

std::optional<Field> takeKey(Section& section, const KeySpec& key) {
    auto field = section.take(key.name);
    if (!key.alias.empty()) {
        auto other = section.take(key.alias);
        if (field && other) {
            other->error("is the same as " + std::string(key.name) + "; give one of them");
        }
        if (!field) {
            field = std::move(other);
        }
    }
    if (!field && key.required) {
        section.missing(key.name, "is required");
    }
    if (field && !key.excluded.by.empty() && section.gives(key.excluded.by)) {
        field->error(std::string(key.excluded.reason));
    }
    return field;
}

} // namespace healer::config
