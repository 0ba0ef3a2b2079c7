// SPDX-License-Identifier: Apache-2.0
#include "core/called_as.hpp"

#include "core/script_identity.hpp"

#include <algorithm>
#include <filesystem>

namespace healer::core {

namespace {

constexpr std::string_view kDeleted = " (deleted)";

bool contains(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

bool isName(const Identity& identity, std::string_view path) {
    return path == identity.command || contains(identity.names, path);
}

std::string_view folderOf(std::string_view path) {
    return path.substr(0, path.size() - baseName(path).size());
}

/// The configured path, with links to directories followed where that is known.
std::string_view canonicalName(const Identity& identity) {
    return identity.names.empty() ? std::string_view(identity.command) : identity.names.front();
}

bool isSameFolder(const Identity& identity, std::string_view path) {
    return folderOf(path) == folderOf(canonicalName(identity));
}

/// What argv[0] shows where nothing else does: also of a program with many names (busybox), which goes by it.
Called judgeArgumentZero(const Identity& identity, std::string_view called) {
    const auto name = baseName(identity.command);
    const auto resolved = baseName(identity.resolvedCommand);
    if (called.starts_with('/')) {
        const auto judged = judgePath(identity, called, {});
        return name == resolved && judged == Called::unclear ? Called::so : judged;
    }
    return name == resolved || baseName(called) == name || baseName(called) == resolved ? Called::so
                                                                                        : Called::otherwise;
}

} // namespace

std::string absolutePath(std::string_view path, std::string_view directory) {
    if (!path.starts_with('/') && directory.empty()) {
        return {};
    }
    return (std::filesystem::path(directory) / path).lexically_normal().string();
}

bool isExecutionKnown(const ProcessFacts& facts) {
    // fexecve(3) leaves the number of a descriptor, and a program that executes itself again its link in
    // /proc.
    return !facts.executedAs.empty() && !facts.executedAs.starts_with("/dev/fd/") &&
           !facts.executedAs.starts_with("/proc/");
}

std::optional<Called> judgeKnown(const Identity& identity, std::string_view given,
                                 std::string_view canonical) {
    if (isName(identity, given) || isName(identity, canonical)) {
        return Called::so;
    }
    const auto path = canonical.empty() ? given : canonical;
    if (!contains(identity.links, path)) {
        return std::nullopt;
    }
    // The file behind the link: a version beside it, or what several links lead to.
    return isSameFolder(identity, path)                    ? Called::so
           : baseName(given) == baseName(identity.command) ? Called::unclear
                                                           : Called::otherwise;
}

Called judgePath(const Identity& identity, std::string_view given, std::string_view canonical) {
    if (const auto known = judgeKnown(identity, given, canonical)) {
        return *known;
    }
    if (isInterpreterName(baseName(identity.resolvedCommand)) && !isInterpreterName(baseName(given))) {
        return Called::otherwise; // a script that has this interpreter in its first line
    }
    const bool sameName = canonical.empty() && baseName(given) == baseName(identity.command);
    // The command is the file itself: whatever else leads to it is a link to it, or to a directory above it.
    if (identity.links.empty()) {
        return sameName ? Called::so : Called::unclear;
    }
    // It is a link: a virtual environment, an alternative, a name of a program with many names.
    return sameName ? Called::unclear : Called::otherwise;
}

Called calledAs(const Identity& identity, const ProcessFacts& facts) {
    const std::string_view zero = facts.argv.empty() ? std::string_view() : facts.argv.front();
    if (!isExecutionKnown(facts)) {
        return judgeArgumentZero(identity, zero);
    }
    std::string given = absolutePath(facts.executedAs, facts.directory);
    if (given.empty()) {
        given = facts.executedAs;
    }
    const auto judged = judgePath(identity, given, facts.executedPath);
    const bool byFile = contains(identity.links, given) || contains(identity.links, facts.executedPath);
    if (judged != Called::so && byFile) {
        // The file itself was executed, but called by the configured name.
        const bool named = isName(identity, zero) ||
                           (zero == baseName(identity.command) && zero != baseName(identity.resolvedCommand));
        return named ? Called::so : judged;
    }
    return judged;
}

Called judgeDirectory(const Identity& identity, const ProcessFacts& facts) {
    std::string_view now = facts.directory;
    if (now.ends_with(kDeleted)) {
        now.remove_suffix(kDeleted.size());
    }
    if (identity.relativeArgs.empty() || now.empty() || now == identity.directory ||
        (identity.directoryFile && identity.directoryFile == facts.directoryFile)) {
        return Called::so;
    }
    const bool another = std::ranges::any_of(identity.relativeArgs, [&](const std::string& argument) {
        return std::ranges::find(facts.inDirectory, argument) != facts.inDirectory.end();
    });
    return another ? Called::otherwise : Called::unclear;
}

std::vector<std::string> callersOf(const Identity& identity) {
    std::vector<std::string> callers{identity.command, identity.resolvedCommand};
    callers.insert(callers.end(), identity.names.begin(), identity.names.end());
    for (std::size_t at = 0, count = callers.size(); at < count; ++at) {
        callers.emplace_back(baseName(callers[at]));
    }
    std::ranges::sort(callers);
    callers.erase(std::unique(callers.begin(), callers.end()), callers.end());
    return callers;
}

} // namespace healer::core
