// SPDX-License-Identifier: Apache-2.0
#include "config/diagnostic.hpp"

#include "config/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>

namespace healer::config {
namespace {

constexpr std::size_t kLongestQuote = 120;

/// The longest prefix of at most `limit` bytes that does not cut a UTF-8 sequence.
std::string_view cut(std::string_view text, std::size_t limit) {
    std::size_t end = limit;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    return text.substr(0, end);
}

} // namespace

std::string format(const Diagnostic& diagnostic) {
    std::string line = diagnostic.file;
    if (diagnostic.place.line > 0) {
        line += ':' + std::to_string(diagnostic.place.line) + ':' + std::to_string(diagnostic.place.column);
    }
    line += ": ";
    if (!diagnostic.key.empty()) {
        line += diagnostic.key + ": ";
    }
    line += diagnostic.message;
    if (!diagnostic.suggestion.empty()) {
        line += " (did you mean '" + diagnostic.suggestion + "'?)";
    }
    return escaped(line);
}

std::string formatWithLine(const Diagnostic& diagnostic) {
    std::string text = format(diagnostic);
    if (diagnostic.line.empty()) {
        return text;
    }
    const auto column = static_cast<std::size_t>(std::max(diagnostic.place.column - 1, 0));
    const std::size_t before = escaped(diagnostic.line.substr(0, column)).size();
    return text + "\n    " + escaped(diagnostic.line) + "\n    " + std::string(before, ' ') + "^";
}

std::string format(std::span<const Diagnostic> diagnostics) {
    std::string lines;
    for (const Diagnostic& diagnostic : diagnostics) {
        if (!lines.empty()) {
            lines += '\n';
        }
        lines += format(diagnostic);
    }
    return lines;
}

void sort(std::vector<Diagnostic>& diagnostics, std::span<const std::string> files) {
    const auto rank = [&](const Diagnostic& diagnostic) {
        return std::find(files.begin(), files.end(), diagnostic.file) - files.begin();
    };
    const auto earlier = [&](const Diagnostic& left, const Diagnostic& right) {
        return std::tuple(rank(left), left.place.line, left.place.column) <
               std::tuple(rank(right), right.place.line, right.place.column);
    };
    std::stable_sort(diagnostics.begin(), diagnostics.end(), earlier);
}

std::string quote(std::string_view text) {
    if (text.size() <= kLongestQuote) {
        return "'" + std::string(text) + "'";
    }
    return "'" + std::string(cut(text, kLongestQuote)) + "...'";
}

} // namespace healer::config
