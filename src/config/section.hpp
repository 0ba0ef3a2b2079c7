// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/field.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace healer::config {

/// A mapping: take() every key that is known, then rejectUnknownKeys() once. The node and the findings must
/// outlive the section.
class Section {
public:
    /// Nothing (and a report) if the value is no mapping.
    [[nodiscard]] static std::optional<Section> open(const Field& field);
    /// A whole file, whose keys have no prefix. The root must be a mapping.
    Section(const ConfigDocument& document, Findings& findings);

    /// Whether this key is given.
    [[nodiscard]] bool gives(std::string_view key) const;
    /// The value of this key if it is given. The key is known from now on.
    [[nodiscard]] std::optional<Field> take(std::string_view key);
    /// The value of this key, by either spelling.
    [[nodiscard]] std::optional<Field> find(const KeySpec& key);
    /// As find(). Reports a required key that is missing, a key that is given by both spellings, and one that
    /// another key excludes.
    [[nodiscard]] std::optional<Field> take(const KeySpec& key);
    /// As take(). Reports an error if the key is missing.
    [[nodiscard]] std::optional<Field> require(std::string_view key);
    /// Reports an error about a key that is not given.
    void missing(std::string_view key, std::string message) const;
    /// Reports every key that was not taken, each with the nearest known key.
    void rejectUnknownKeys() const;
    /// Keys of a whole file that begin with "x-" are for anchors and the like.
    void allowExtensions() { extensions_ = true; }

    /// The mapping itself, for reports about it as a whole.
    [[nodiscard]] const Field& field() const { return field_; }

private:
    explicit Section(Field field) : field_(std::move(field)) {}
    [[nodiscard]] std::string pathOf(std::string_view key) const;
    [[nodiscard]] bool knows(std::string_view key) const;

    Field field_;
    std::vector<std::string_view> known_;
    bool extensions_ = false;
};

} // namespace healer::config
