// SPDX-License-Identifier: Apache-2.0
#include "core/replaced_arguments.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

namespace healer::core {

namespace {

constexpr std::string_view kDeleted = " (deleted)";

std::string joined(std::span<const std::string> words, char separator) {
    std::string text;
    for (const auto& word : words) {
        text.append(word).push_back(separator);
    }
    return text;
}

std::string_view withoutDeleted(std::string_view path) {
    return path.ends_with(kDeleted) ? path.substr(0, path.size() - kDeleted.size()) : path;
}

/// argv[0] as its caller chooses it: the path, or its last part.
bool isNameFor(std::string_view called, std::string_view program) {
    return !program.empty() && (called == program || baseName(called) == baseName(program));
}

bool namesItsProgram(const ProcessFacts& facts, std::span<const std::string> callers) {
    std::string_view called = facts.argv.front();
    if (called.starts_with('-')) {
        called.remove_prefix(1);
    }
    const auto exe = withoutDeleted(facts.exe);
    const auto name = baseName(called);
    const bool plain = !name.empty() && name.find_first_of(" :") == std::string_view::npos;
    return isNameFor(called, facts.executedAs) || isNameFor(called, exe) ||
           (plain && baseName(exe).starts_with(name)) || // python3 for python3.11
           std::ranges::any_of(callers, [&](const std::string& caller) { return isNameFor(called, caller); });
}

bool isDigit(char letter) {
    return std::isdigit(static_cast<unsigned char>(letter)) != 0;
}

/// The runs of two to five digits in a text: what may be ports.
void addNumbers(std::string_view text, std::set<std::string, std::less<>>& numbers) {
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && isDigit(text[end])) {
            ++end;
        }
        if (end - at >= 2 && end - at <= 5) {
            numbers.emplace(text.substr(at, end - at));
        }
        at = std::max(end, at + 1);
    }
}

/// The ports of addresses in a title: "*:6379", "127.0.0.1:6379", "[::1]:6379".
std::set<std::string, std::less<>> portsIn(std::string_view title) {
    std::set<std::string, std::less<>> ports;
    for (auto at = title.find(':', 1); at != std::string_view::npos; at = title.find(':', at + 1)) {
        const char before = title[at - 1];
        const auto rest = title.substr(at + 1);
        const auto digits = rest.substr(0, rest.find_first_not_of("0123456789"));
        if ((before == '*' || before == ']' || isDigit(before)) && digits.size() >= 2 && digits.size() <= 5) {
            ports.emplace(digits);
        }
    }
    return ports;
}

TitleSays quoted(std::string_view title, std::string_view caller, std::string_view line) {
    const bool wholePath = caller.starts_with('/');
    for (auto at = title.find(caller); at != std::string_view::npos; at = title.find(caller, at + 1)) {
        const auto rest = title.substr(at + caller.size());
        const bool word = (rest.empty() || rest.front() == ' ') && (at == 0 || title[at - 1] == ' ');
        if (!word || (at == 0 && !wholePath)) {
            continue;
        }
        const auto shown = rest.empty() ? rest : rest.substr(1);
        if (line.empty()) {
            return shown.starts_with('-') ? TitleSays::another : TitleSays::nothing;
        }
        if (shown.starts_with(line) && (shown.size() == line.size() || shown[line.size()] == ' ')) {
            return TitleSays::sameLine;
        }
        // There may not have been room for all of it, and after its own path a program may show anything
        // ("/usr/bin/redis-server *:6379").
        const bool noLine = line.starts_with(shown) || (at == 0 && !shown.starts_with('-'));
        return noLine ? TitleSays::nothing : TitleSays::another;
    }
    return TitleSays::nothing;
}

} // namespace

bool areOriginal(const ProcessFacts& facts, std::span<const std::string> callers) {
    const auto& argv = facts.argv;
    if (argv.empty() || (facts.originalLength && *facts.originalLength != facts.argvLength)) {
        return false;
    }
    const bool padded = argv.size() > 1 && std::all_of(argv.begin() + 1, argv.end(),
                                                       [](const auto& word) { return word.empty(); });
    if (padded) {
        return false;
    }
    if (namesItsProgram(facts, callers)) {
        return true;
    }
    // Executed by a name of the caller's choice, unless what follows is what a title has left of the name.
    return argv.size() > 1 && !argv.back().empty() && !facts.executedAs.empty() &&
           !facts.executedAs.ends_with(argv[1]);
}

bool mayHaveReplacedArguments(const ProcessFacts& facts) {
    return !facts.argv.empty() && !areOriginal(facts, {});
}

Originals compareOriginals(const ProcessFacts& facts, std::span<const ArgumentList> lists) {
    if (!facts.originalLength) {
        return Originals::unknown;
    }
    std::string now = joined(facts.argv, '\0');
    now.resize(std::min(now.size(), facts.argvLength));
    const std::size_t title = facts.argv.empty() ? 0 : facts.argv.front().size();
    auto found = Originals::otherLength;
    for (const auto& list : lists) {
        const std::string then = joined(list, '\0');
        if (then.size() != *facts.originalLength) {
            continue;
        }
        found = Originals::otherText;
        bool same = true;
        for (std::size_t at = title; at < std::min(now.size(), then.size()); ++at) {
            same = same && (now[at] == '\0' || now[at] == ' ' || now[at] == then[at]);
        }
        if (same) {
            return Originals::possible;
        }
    }
    return found;
}

TitleSays titleSays(const ProcessFacts& facts, std::span<const std::string> callers,
                    std::span<const std::string> args) {
    if (facts.argv.empty()) {
        return TitleSays::nothing;
    }
    const std::string_view title = facts.argv.front();
    std::string line = joined(args, ' ');
    line.resize(line.empty() ? 0 : line.size() - 1);
    for (const auto& caller : callers) {
        if (const auto said = caller.empty() ? TitleSays::nothing : quoted(title, caller, line);
            said != TitleSays::nothing) {
            return said;
        }
    }
    const auto ports = portsIn(title);
    std::set<std::string, std::less<>> numbers;
    for (const auto& arg : args) {
        addNumbers(arg, numbers);
    }
    const bool common = std::ranges::any_of(ports, [&](const auto& port) { return numbers.contains(port); });
    // Of programs without a number in their arguments the address says nothing.
    return ports.empty() || numbers.empty() ? TitleSays::nothing
           : common                         ? TitleSays::sameAddress
                                            : TitleSays::another;
}

} // namespace healer::core
