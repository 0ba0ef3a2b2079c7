// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/files.hpp"

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

/// The project's own files as tests that compare them see them: manual pages (mdoc) and source.
namespace healer::test {

using Words = std::set<std::string>;

inline std::string projectFile(const std::string& path) {
    return readText(std::string(HEALER_SOURCE_DIR) + "/" + path);
}

/// What the group number `group` of the pattern matches, everywhere in the text.
inline std::vector<std::string> matches(const std::string& text, const std::string& pattern,
                                        std::size_t group = 1) {
    const std::regex expression(pattern);
    std::vector<std::string> found;
    for (std::sregex_iterator match(text.begin(), text.end(), expression), end; match != end; ++match) {
        found.push_back((*match)[group]);
    }
    return found;
}

inline Words wordsIn(const std::string& text, const std::string& pattern) {
    const auto found = matches(text, pattern);
    return {found.begin(), found.end()};
}

/// One ".It HEAD" of a list, with the text below it in one line.
struct ManualItem {
    std::string head;
    std::string text;
    std::vector<std::string> lines; ///< the same, as they stand in the page
};

/// The lines below the heading (".Sh NAME" or ".Ss NAME") up to the next one; an .Ss ends at an .Sh too.
inline std::string manualSection(const std::string& page, const std::string& heading) {
    std::istringstream lines(page);
    std::string found;
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        const bool ends =
            line.starts_with(".Sh ") || (heading.starts_with(".Ss") && line.starts_with(".Ss "));
        inside = ends ? line == heading : inside;
        found += inside && !ends ? line + "\n" : "";
    }
    return found;
}

inline std::vector<ManualItem> manualItems(const std::string& section) {
    std::istringstream lines(section);
    std::vector<ManualItem> items;
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(".It ")) {
            items.push_back({line.substr(4), "", {}});
            inside = true;
        } else if (line.starts_with(".El")) {
            inside = false;
        } else if (inside) {
            items.back().text += (items.back().text.empty() ? "" : " ") + line;
            items.back().lines.push_back(line);
        }
    }
    return items;
}

/// The text as it is shown: without macros, with punctuation at the word before it.
inline std::string plainText(const std::vector<std::string>& lines) {
    std::string text;
    for (std::string line : lines) {
        const bool macro = line.starts_with('.');
        line = std::regex_replace(line, std::regex("^\\.Xr (\\S+) (\\d)"), ".Xr $1($2)");
        std::istringstream words(macro ? line.substr(std::min(line.find(' '), line.size())) : line);
        for (std::string word; words >> word;) {
            const bool punctuation = macro && word.find_first_not_of(".,:;)") == std::string::npos;
            text += (text.empty() || punctuation ? "" : " ") + word;
        }
    }
    return text;
}

/// What the pattern's first group matches in the heads of the section's items.
inline Words manualHeads(const std::string& section, const std::string& pattern) {
    Words found;
    for (const ManualItem& item : manualItems(section)) {
        const Words here = wordsIn(item.head, pattern);
        found.insert(here.begin(), here.end());
    }
    return found;
}

/// "--config" and "-c" of heads such as ".It Fl c Ar file , Fl -config Ar file".
inline Words manualOptions(const std::string& page) {
    Words options;
    for (const std::string& name : manualHeads(manualSection(page, ".Sh DESCRIPTION"), "Fl (-?[A-Za-z-]+)")) {
        options.insert("-" + name);
    }
    return options;
}

} // namespace healer::test
