// SPDX-License-Identifier: Apache-2.0
#include "config/unit_name.hpp"

#include "core/unit_name.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace healer::config {
namespace {

constexpr std::size_t kLongestUnit = 255;
constexpr std::array<std::string_view, 7> kSuffixes = {".service", ".socket", ".mount", ".swap",
                                                       ".path",    ".timer",  ".target"};
constexpr std::array<std::string_view, 4> kForeignSuffixes = {".slice", ".scope", ".device", ".automount"};

bool isUnitLetter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '@' || c == '-' || c == ':' || c == '\\';
}

template <std::size_t Count>
bool endsInOne(std::string_view name, const std::array<std::string_view, Count>& suffixes) {
    return std::any_of(suffixes.begin(), suffixes.end(),
                       [name](std::string_view suffix) { return name.ends_with(suffix); });
}

/// What is wrong with the complete name; empty if it is valid.
std::string faultOf(std::string_view unit) {
    const std::string_view stem = unit.substr(0, unit.rfind('.'));
    if (stem.find_first_of("*?[") != std::string_view::npos) {
        return "must name one unit, not a pattern: " + quote(unit);
    }
    if (stem.empty() || unit.size() > kLongestUnit || !std::all_of(stem.begin(), stem.end(), isUnitLetter) ||
        stem.front() == '@') {
        return quote(unit) + " is not the name of a unit";
    }
    if (stem.back() == '@') {
        return quote(unit) + " is a template; name an instance of it, such as " +
               quote(std::string(stem) + "1" + std::string(unit.substr(stem.size())));
    }
    if (unit == "healer.service" || core::isTransientUnitName(unit)) {
        return quote(unit) + " belongs to Healer itself";
    }
    return {};
}

} // namespace

std::string completeUnitName(const std::string& name) {
    return endsInOne(name, kSuffixes) ? name : name + ".service";
}

std::optional<std::string> readUnitName(const Field& field) {
    const auto text = field.text();
    if (!text) {
        return std::nullopt;
    }
    if (text->find('/') != std::string::npos) {
        field.error("must be the name of a unit, such as nginx.service, not a path");
        return std::nullopt;
    }
    if (endsInOne(*text, kForeignSuffixes)) {
        field.error(
            "Healer recovers units of the types service, socket, mount, swap, path, timer and target, not " +
            quote(*text));
        return std::nullopt;
    }
    std::string unit = completeUnitName(*text);
    if (auto fault = faultOf(unit); !fault.empty()) {
        field.error(std::move(fault));
        return std::nullopt;
    }
    return unit;
}

} // namespace healer::config
