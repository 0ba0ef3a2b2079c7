// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/config_node.hpp"
#include "config/diagnostic.hpp"
#include "config/key.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace healer::config {

/// The place of a value, as a report needs it.
struct Site {
    std::string file;
    Place place;
    std::string key; ///< its path
};

/// Adds what is missing.
void reportMissing(const Site& site, std::string message, Missing::Concern concern, Findings& findings);
/// Adds an error.
void reportError(const Site& site, std::string message, Findings& findings, std::string suggestion = {});

/// One value and its site. Each conversion returns the value, or reports an error and returns nothing. The
/// node and the findings must outlive the field.
class Field {
public:
    Field(const ConfigNode& node, Site site, Findings& findings);

    void error(std::string message, std::string suggestion = {}) const;
    void warning(std::string message) const;
    void missing(std::string message, Missing::Concern concern = Missing::Concern::process) const;

    /// Text; an unquoted 3 or true is not text.
    [[nodiscard]] std::optional<std::string> text() const;
    /// Text as it is written; an unquoted 3 or true is text too.
    [[nodiscard]] std::optional<std::string> plain() const;
    /// An absolute path without control characters.
    [[nodiscard]] std::optional<std::string> absolutePath() const;
    [[nodiscard]] std::optional<bool> boolean() const;
    [[nodiscard]] std::optional<std::int64_t> integer(Range range) const;
    [[nodiscard]] std::optional<double> number(Range range) const;
    [[nodiscard]] std::optional<core::Duration> seconds(Range range) const;
    /// A list whose items are read as plain() does.
    [[nodiscard]] std::optional<std::vector<std::string>> textList() const;
    /// A mapping whose values are read as plain() does.
    [[nodiscard]] std::optional<std::map<std::string, std::string>> textMap() const;

    /// One of the given words.
    [[nodiscard]] std::optional<std::string> word(std::span<const std::string_view> words) const;
    /// A number of bytes: "512M", "1.5G", or a plain number.
    [[nodiscard]] std::optional<std::int64_t> byteSize(Range range) const;
    /// The number before the "%" of "80%".
    [[nodiscard]] std::optional<double> percentage(Range range) const;

    /// The items of a list, each with its own site.
    [[nodiscard]] std::optional<std::vector<Field>> items() const;
    /// A part of this value.
    [[nodiscard]] Field part(const ConfigNode& node, std::string key) const;

    [[nodiscard]] const ConfigNode& node() const { return *node_; }
    [[nodiscard]] const Site& site() const { return site_; }
    [[nodiscard]] Findings& findings() const { return *findings_; }

private:
    /// The number, or a report that `expected` was expected.
    [[nodiscard]] std::optional<double> numberInside(Range range, std::string_view expected) const;
    [[nodiscard]] bool isInside(Range range, double value) const;
    [[nodiscard]] std::string notThis() const;
    void wrongType(std::string_view expected, std::string suggestion = {}) const;

    const ConfigNode* node_;
    Site site_;
    Findings* findings_;
};

} // namespace healer::config
