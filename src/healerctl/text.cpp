// SPDX-License-Identifier: Apache-2.0
#include "healerctl/text.hpp"

#include "core/duration_text.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <numeric>

namespace healer::healerctl {

namespace {

constexpr std::uint64_t kSecond = 1'000'000;

std::tm localTime(std::uint64_t realtimeUsec) {
    const auto seconds = static_cast<std::time_t>(realtimeUsec / kSecond);
    std::tm result{};
    localtime_r(&seconds, &result);
    return result;
}

std::string formatTime(const std::tm& time, const char* format) {
    std::array<char, 64> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), format, &time);
    return {text.data(), length};
}

void appendHex(std::string& to, unsigned char byte) {
    constexpr std::string_view kHex = "0123456789abcdef";
    to += "\\x";
    to += kHex[byte >> 4U];
    to += kHex[byte & 15U];
}

} // namespace

std::string printable(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool c1 =
            byte == 0xC2 && i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xE0) == 0x80;
        if (byte < 0x20 || byte == 0x7F) {
            if (byte == '\n' || byte == '\t') {
                result += byte == '\n' ? "\\n" : "\\t";
            } else {
                appendHex(result, byte);
            }
        } else if (c1) {
            appendHex(result, static_cast<unsigned char>(text[++i]));
        } else {
            result += text[i];
        }
    }
    return result;
}

std::string inOneLine(std::string_view text) {
    std::string result;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        result += (result.empty() ? "" : " ") + printable(text.substr(begin, end - begin));
        begin = std::min(text.find_first_not_of(" \n", end), text.size());
    }
    return result;
}

std::string inLines(std::string_view text, std::size_t indent) {
    std::string result;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        result +=
            (begin == 0 ? "" : "\n" + std::string(indent, ' ')) + printable(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return result;
}

std::string typed(std::string_view word) {
    return word.empty() ? "''" : printable(word);
}

std::string shortened(const std::string& text, std::size_t width) {
    constexpr std::string_view kDots = "...";
    if (columns(text) <= width || width < kDots.size()) {
        return text;
    }
    std::size_t end = 0;
    for (std::size_t left = width - kDots.size() + 1; end < text.size(); ++end) {
        const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
        if (begins && --left == 0) {
            break;
        }
    }
    return text.substr(0, end) + std::string(kDots);
}

std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string durationText(std::uint64_t usec) {
    constexpr auto kLongest = static_cast<std::uint64_t>(core::Duration::max().count());
    return core::durationText(core::Duration(std::min(usec, kLongest)));
}

std::string dateText(std::uint64_t realtimeUsec) {
    return formatTime(localTime(realtimeUsec), "%Y-%m-%d %H:%M:%S");
}

std::string clockText(std::uint64_t realtimeUsec, std::uint64_t nowUsec) {
    const std::tm time = localTime(realtimeUsec);
    const std::tm now = localTime(nowUsec);
    const bool today = time.tm_year == now.tm_year && time.tm_yday == now.tm_yday;
    return today ? formatTime(time, "%H:%M:%S") : dateText(realtimeUsec);
}

std::string agoText(std::uint64_t realtimeUsec, std::uint64_t nowUsec) {
    return realtimeUsec > nowUsec ? "in " + durationText(realtimeUsec - nowUsec)
                                  : durationText(nowUsec - realtimeUsec) + " ago";
}

std::string shellText(const std::vector<std::string>& arguments) {
    constexpr std::string_view kSpecial = " \t\n\"'\\$`&|;<>()*?[]{}#~!";
    std::string result;
    for (const std::string& argument : arguments) {
        result += result.empty() ? "" : " ";
        if (!argument.empty() && argument.find_first_of(kSpecial) == std::string::npos) {
            result += argument;
            continue;
        }
        result += '\'';
        for (const char c : argument) {
            result += c == '\'' ? std::string("'\\''") : std::string(1, c);
        }
        result += '\'';
    }
    return result;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
    std::string best;
    std::size_t bestDistance = std::max<std::size_t>(word.size() / 3, 1) + 1;
    for (const std::string& candidate : candidates) {
        std::vector<std::size_t> row(candidate.size() + 1);
        std::iota(row.begin(), row.end(), std::size_t{0});
        for (std::size_t i = 1; i <= word.size(); ++i) {
            std::size_t diagonal = row[0];
            row[0] = i;
            for (std::size_t j = 1; j <= candidate.size(); ++j) {
                const std::size_t change = diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
            }
        }
        if (row.back() < bestDistance) {
            bestDistance = row.back();
            best = candidate;
        }
    }
    return best;
}

} // namespace healer::healerctl
