// SPDX-License-Identifier: Apache-2.0
#include "config/section.hpp"

#include "config/nearest.hpp"

#include <algorithm>
#include <utility>

namespace healer::config {

std::optional<Section> Section::open(const Field& field) {
    if (field.node().kind != NodeKind::mapping) {
        field.error("must be a mapping of keys to values");
        return std::nullopt;
    }
    return Section(field);
}

Section::Section(const ConfigDocument& document, Findings& findings)
    : field_(document.root, Site{document.file, document.root.place, {}}, findings) {}

bool Section::gives(std::string_view key) const {
    const auto& entries = field_.node().entries;
    return std::any_of(entries.begin(), entries.end(),
                       [key](const ConfigEntry& entry) { return entry.key == key; });
}

std::optional<Field> Section::take(std::string_view key) {
    if (!knows(key)) {
        known_.push_back(key);
    }
    for (const ConfigEntry& entry : field_.node().entries) {
        if (entry.key == key) {
            return field_.part(entry.value, pathOf(key));
        }
    }
    return std::nullopt;
}

std::optional<Field> Section::find(const KeySpec& key) {
    auto field = take(key.name);
    if (!key.alias.empty()) {
        auto other = take(key.alias);
        field = field ? field : other;
    }
    return field;
}

std::optional<Field> Section::take(const KeySpec& key) {
    auto field = find(key);
    if (!field && key.required) {
        missing(key.name, "is required");
    }
    if (field && !key.excluded.by.empty() && gives(key.excluded.by)) {
        field->error(std::string(key.excluded.reason));
    }
    if (!key.alias.empty() && gives(key.name) && gives(key.alias)) {
        take(key.alias)->error("is the same as " + std::string(key.name) + "; give one of them");
    }
    return field;
}

std::optional<Field> Section::require(std::string_view key) {
    std::optional<Field> value = take(key);
    if (!value) {
        missing(key, "is required");
    }
    return value;
}

void Section::missing(std::string_view key, std::string message) const {
    field_.part(field_.node(), pathOf(key)).error(std::move(message));
}

void Section::rejectUnknownKeys() const {
    for (const ConfigEntry& entry : field_.node().entries) {
        if (knows(entry.key) || (extensions_ && entry.key.starts_with("x-"))) {
            continue;
        }
        const std::string suggestion = nearest(entry.key, known_);
        std::string message = "unknown key";
        if (suggestion.empty()) {
            message += ", known here are";
            for (const std::string_view key : known_) {
                message += (key == known_.front() ? " " : ", ") + std::string(key);
            }
        }
        field_.findings().errors.push_back(
            {field_.site().file, entry.place, pathOf(entry.key), message, suggestion});
    }
}

std::string Section::pathOf(std::string_view key) const {
    const std::string& prefix = field_.site().key;
    return prefix.empty() ? std::string(key) : prefix + "." + std::string(key);
}

bool Section::knows(std::string_view key) const {
    return std::find(known_.begin(), known_.end(), key) != known_.end();
}

} // namespace healer::config
