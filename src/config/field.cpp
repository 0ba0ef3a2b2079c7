// SPDX-License-Identifier: Apache-2.0
#include "config/field.hpp"

#include "config/nearest.hpp"
#include "config/scalar.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace healer::config {
namespace {

std::string_view describeType(const ConfigNode& node) {
    switch (node.kind) {
    case NodeKind::null:
        return "nothing";
    case NodeKind::sequence:
        return "a list";
    case NodeKind::mapping:
        return "a mapping";
    case NodeKind::scalar:
        break;
    }
    switch (scalarType(node)) {
    case ScalarType::boolean:
        return "a boolean";
    case ScalarType::integer:
        return "a number";
    case ScalarType::decimal:
        return "a decimal number";
    case ScalarType::text:
        break;
    }
    return "text";
}

bool hasControls(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

std::string_view likelyBoolean(std::string_view word) {
    if (word == "yes" || word == "Yes" || word == "on" || word == "On" || word == "y" || word == "true") {
        return "true";
    }
    if (word == "no" || word == "No" || word == "off" || word == "Off" || word == "n" || word == "false") {
        return "false";
    }
    return {};
}

} // namespace

void reportError(const Site& site, std::string message, Findings& findings, std::string suggestion) {
    findings.errors.push_back({site.file, site.place, site.key, std::move(message), std::move(suggestion)});
}

void reportMissing(const Site& site, std::string message, Missing::Concern concern, Findings& findings) {
    findings.missing.push_back({{site.file, site.place, site.key, std::move(message), {}}, concern});
}

Field::Field(const ConfigNode& node, Site site, Findings& findings)
    : node_(&node), site_(std::move(site)), findings_(&findings) {}

void Field::error(std::string message, std::string suggestion) const {
    reportError(site_, std::move(message), *findings_, std::move(suggestion));
}

void Field::missing(std::string message, Missing::Concern concern) const {
    reportMissing(site_, std::move(message), concern, *findings_);
}

void Field::warning(std::string message) const {
    findings_->warnings.push_back({site_.file, site_.place, site_.key, std::move(message), {}});
}

void Field::wrongType(std::string_view expected, std::string suggestion) const {
    error("must be " + std::string(expected) + ", not " + std::string(describeType(*node_)),
          std::move(suggestion));
}

std::optional<std::string> Field::text() const {
    if (node_->kind != NodeKind::scalar) {
        wrongType("text");
        return std::nullopt;
    }
    if (scalarType(*node_) != ScalarType::text) {
        error("must be text, not " + std::string(describeType(*node_)) + "; put it in quotes");
        return std::nullopt;
    }
    return node_->text;
}

std::optional<std::string> Field::plain() const {
    if (node_->kind != NodeKind::scalar) {
        wrongType("text");
        return std::nullopt;
    }
    return node_->text;
}

std::optional<std::string> Field::absolutePath() const {
    std::optional<std::string> path = text();
    if (!path) {
        return std::nullopt;
    }
    if (!path->starts_with('/')) {
        error("must be an absolute path, " + quote(*path) + " is not");
        return std::nullopt;
    }
    if (hasControls(*path)) {
        error("the path contains control characters");
        return std::nullopt;
    }
    return path;
}

std::optional<bool> Field::boolean() const {
    if (node_->kind == NodeKind::scalar && !node_->quoted) {
        if (const auto value = parseBoolean(node_->text)) {
            return value;
        }
    }
    wrongType("true or false", std::string(likelyBoolean(node_->text)));
    return std::nullopt;
}

std::optional<double> Field::numberInside(Range range, std::string_view expected) const {
    const std::optional<double> value =
        node_->kind == NodeKind::scalar && !node_->quoted ? parseNumber(node_->text) : std::nullopt;
    if (!value) {
        wrongType(expected);
        return std::nullopt;
    }
    return isInside(range, *value) ? value : std::nullopt;
}

bool Field::isInside(Range range, double value) const {
    const bool inside = value >= range.minimum && value <= range.maximum;
    if (!inside) {
        error("must be between " + numberText(range.minimum) + " and " + numberText(range.maximum) +
              ", not " + node_->text);
    }
    return inside;
}

std::optional<std::int64_t> Field::integer(Range range) const {
    if (!numberInside(range, "a whole number")) {
        return std::nullopt;
    }
    const std::optional<std::int64_t> value = parseInteger(node_->text);
    if (!value) {
        wrongType("a whole number");
    }
    return value;
}

std::optional<double> Field::number(Range range) const {
    return numberInside(range, "a number");
}

std::optional<core::Duration> Field::seconds(Range range) const {
    const std::optional<double> value = numberInside(range, "a number of seconds");
    return value ? std::optional(core::Duration(std::llround(*value * 1e6))) : std::nullopt;
}

std::optional<std::vector<std::string>> Field::textList() const {
    const auto fields = items();
    if (!fields) {
        return std::nullopt;
    }
    std::vector<std::string> texts;
    for (const Field& field : *fields) {
        if (field.node().kind != NodeKind::scalar) {
            field.wrongType("text");
            return std::nullopt;
        }
        texts.push_back(field.node().text);
    }
    return texts;
}

std::optional<std::map<std::string, std::string>> Field::textMap() const {
    if (node_->kind != NodeKind::mapping) {
        wrongType("a mapping");
        return std::nullopt;
    }
    std::map<std::string, std::string> texts;
    bool good = true;
    for (const ConfigEntry& entry : node_->entries) {
        const Field value = part(entry.value, site_.key + "." + entry.key);
        if (entry.value.kind != NodeKind::scalar) {
            value.wrongType("text");
            good = false;
        }
        texts.emplace(entry.key, entry.value.text);
    }
    return good ? std::optional(std::move(texts)) : std::nullopt;
}

std::optional<std::vector<Field>> Field::items() const {
    if (node_->kind != NodeKind::sequence) {
        wrongType("a list");
        return std::nullopt;
    }
    std::vector<Field> fields;
    for (std::size_t i = 0; i < node_->items.size(); ++i) {
        fields.push_back(part(node_->items[i], site_.key + "[" + std::to_string(i) + "]"));
    }
    return fields;
}

Field Field::part(const ConfigNode& node, std::string key) const {
    return {node, Site{site_.file, node.place, std::move(key)}, *findings_};
}

std::optional<std::string> Field::word(std::span<const std::string_view> words) const {
    std::optional<std::string> value = text();
    if (!value || std::find(words.begin(), words.end(), *value) != words.end()) {
        return value;
    }
    std::string list;
    for (const std::string_view word : words) {
        list += (list.empty() ? "" : ", ") + std::string(word);
    }
    error((words.size() == 1 ? "must be " : "must be one of ") + list + ", not " + quote(*value),
          nearest(*value, words));
    return std::nullopt;
}

std::optional<std::int64_t> Field::byteSize(Range range) const {
    const auto value =
        node_->kind == NodeKind::scalar ? parseByteSize(node_->text) : std::optional<std::int64_t>();
    if (!value) {
        error("must be a size in bytes, such as 1048576, 512M or 2G" + notThis());
        return std::nullopt;
    }
    return isInside(range, static_cast<double>(*value)) ? value : std::nullopt;
}

std::optional<double> Field::percentage(Range range) const {
    const auto value =
        node_->kind == NodeKind::scalar ? parsePercentage(node_->text) : std::optional<double>();
    if (!value) {
        error("must be a percentage, such as 80%" + notThis());
        return std::nullopt;
    }
    return isInside(range, *value) ? value : std::nullopt;
}

std::string Field::notThis() const {
    return ", not " +
           (node_->kind == NodeKind::scalar ? quote(node_->text) : std::string(describeType(*node_)));
}

} // namespace healer::config
