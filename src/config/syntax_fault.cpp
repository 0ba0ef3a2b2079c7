// SPDX-License-Identifier: Apache-2.0
#include "config/syntax_fault.hpp"

#include <algorithm>
#include <vector>

namespace healer::config {

namespace {

constexpr std::size_t kLongestLine = 160;

std::vector<std::string_view> linesOf(std::string_view text) {
    std::vector<std::string_view> lines;
    while (true) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        if (end == text.size()) {
            return lines;
        }
        text.remove_prefix(end + 1);
    }
}

std::string_view trimmed(std::string_view line) {
    const auto comment = line.find(" #");
    line = line.substr(0, comment);
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || line[first] == '#') {
        return {};
    }
    return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

bool indentedByTab(std::string_view line) {
    const auto first = line.find_first_not_of(' ');
    return first != std::string_view::npos && line[first] == '\t' && !trimmed(line).empty();
}

/// The last line with content above this one.
std::string_view contentAbove(const std::vector<std::string_view>& lines, int line) {
    for (int i = line - 2; i >= 0; --i) {
        if (const auto content = trimmed(lines[static_cast<std::size_t>(i)]); !content.empty()) {
            return content;
        }
    }
    return {};
}

std::string explain(const std::string& message, std::string_view above) {
    const auto says = [&](std::string_view part) { return message.find(part) != std::string::npos; };
    if (says("end of map not found") || says("end of sequence not found")) {
        if (above.ends_with("[]") || above.ends_with("{}")) {
            return "the line above is complete as it is, because of its " +
                   std::string(above.substr(above.size() - 2)) +
                   "; remove that, and what follows belongs to it";
        }
        return "this line does not belong to what is above it; check its indentation";
    }
    if (says("flow not found") || says("illegal flow end")) {
        return "a bracket or brace is missing: each [ and { needs its ] or }";
    }
    if (says("illegal map value")) {
        return "a key does not fit here: check the indentation of this line and the one above; a value that "
               "contains ': ' needs quotes";
    }
    if (says("illegal map key")) {
        return "a key does not fit here; check the indentation";
    }
    if (says("illegal block entry")) {
        return "an item of a list (- ) does not fit here: check the indentation of this line and the one "
               "above";
    }
    if (says("illegal EOF in scalar") || says("illegal document indicator in scalar")) {
        return "a quotation mark is not closed";
    }
    if (says("illegal tab")) {
        return "the indentation has a tab; YAML takes spaces only";
    }
    if (says("unknown escape character")) {
        return message + "; in double quotes a backslash is written twice, in single quotes once";
    }
    if (says("unknown token") || says("illegal character in scalar")) {
        return "a value cannot begin like this; put it in quotes";
    }
    if (says("the referenced anchor is not defined")) {
        return message + " (a value that begins with * needs quotes)";
    }
    return message;
}

} // namespace

SyntaxFault explainSyntax(const std::string& message, std::string_view text, Place place) {
    if (place.line <= 0) {
        return {place, message, {}};
    }
    const auto lines = linesOf(text);
    const int last = static_cast<int>(lines.size());
    // A tab is often noticed a line or two later.
    for (int line = std::min(place.line, last); line >= std::max(1, place.line - 2); --line) {
        const std::string_view content = lines[static_cast<std::size_t>(line - 1)];
        if (indentedByTab(content)) {
            const auto column = static_cast<int>(content.find('\t')) + 1;
            return {{line, column},
                    "the indentation has a tab; YAML takes spaces only",
                    std::string(content.substr(0, kLongestLine))};
        }
    }
    SyntaxFault fault{place, explain(message, contentAbove(lines, std::min(place.line, last + 1))), {}};
    if (place.line <= last) {
        fault.line = std::string(lines[static_cast<std::size_t>(place.line - 1)].substr(0, kLongestLine));
    }
    return fault;
}

} // namespace healer::config
