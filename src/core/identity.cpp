// SPDX-License-Identifier: Apache-2.0
#include "core/identity.hpp"

#include <algorithm>

namespace healer::core {

namespace {

constexpr std::string_view kDeleted = " (deleted)";
constexpr std::size_t kLastScriptIndex = 5; // interpreter, a few options, the script

using Arguments = std::span<const std::string>;

bool isPathOf(const Identity& identity, std::string_view path) {
    return path == identity.command || path == identity.resolvedCommand;
}

/// The path counts only after an upgrade (the old file is gone) or where no inode is known: another file at
/// the same path is a program of another mount namespace.
bool isProgram(const Identity& identity, const ProcessFacts& facts) {
    if (identity.commandFile && facts.exeFile && *identity.commandFile == *facts.exeFile) {
        return true;
    }
    if (facts.exe.ends_with(kDeleted)) {
        return isPathOf(identity, std::string_view(facts.exe).substr(0, facts.exe.size() - kDeleted.size()));
    }
    return (!identity.commandFile || !facts.exeFile) && isPathOf(identity, facts.exe);
}

/// A program with many names (busybox) is distinguished by the name it was called by.
bool isCalledSo(const Identity& identity, Arguments argv) {
    const auto name = baseName(identity.command);
    const auto resolved = baseName(identity.resolvedCommand);
    if (name == resolved) {
        return true;
    }
    const auto called = baseName(argv.front());
    return called == name || called == resolved;
}

bool isTitle(const Identity& identity, Arguments argv) {
    const auto name = baseName(identity.command);
    return argv.size() == 1 && argv.front().size() > name.size() && argv.front().starts_with(name) &&
           argv.front()[name.size()] == ':';
}

bool matchesProgram(const Identity& identity, const ProcessFacts& facts, Strictness strictness) {
    if (!isProgram(identity, facts)) {
        return false;
    }
    if (strictness == Strictness::program) {
        return true;
    }
    const Arguments argv(facts.argv);
    if (argv.empty()) {
        return false;
    }
    if (strictness == Strictness::exactOrTitled && isTitle(identity, argv)) {
        return true;
    }
    return isCalledSo(identity, argv) && std::ranges::equal(argv.subspan(1), identity.args);
}

/// May stand between the interpreter and the script: an option, and what env(1) is given.
bool isInterpretersOwn(const ScriptLine& script, std::string_view argument) {
    return argument.starts_with('-') ||
           (script.byEnv() && (argument.find('=') != std::string_view::npos || argument == script.program));
}

bool isInterpreter(const ScriptLine& script, const ProcessFacts& facts) {
    const auto name = baseName(facts.argv.front());
    return name == script.program || name == baseName(script.interpreter) ||
           (script.interpreterFile && script.interpreterFile == facts.exeFile);
}

/// The arguments behind the script's own path; none when the process does not run this script.
std::optional<Arguments> scriptArguments(const Identity& identity, const ProcessFacts& facts) {
    const Arguments argv(facts.argv);
    if (argv.empty() || !isInterpreter(*identity.script, facts)) {
        return std::nullopt;
    }
    for (std::size_t index = 1; index < argv.size() && index <= kLastScriptIndex; ++index) {
        if (isPathOf(identity, argv[index])) {
            return argv.subspan(index + 1);
        }
        if (!isInterpretersOwn(*identity.script, argv[index])) {
            break;
        }
    }
    return std::nullopt;
}

bool matchesScript(const Identity& identity, const ProcessFacts& facts, Strictness strictness) {
    const auto arguments = scriptArguments(identity, facts);
    return arguments && (strictness == Strictness::program || std::ranges::equal(*arguments, identity.args));
}

bool isLeftOver(const ProcessFacts& candidate, const Predecessor& predecessor) {
    if (candidate.key.startTicks >= predecessor.endTicks) {
        return false;
    }
    return !predecessor.exitedCleanly || candidate.key.startTicks < predecessor.key.startTicks;
}

} // namespace

bool matches(const Identity& identity, const ProcessFacts& facts, Strictness strictness) {
    if (facts.zombie || !facts.inOwnPidNamespace) {
        return false;
    }
    if (!identity.unit.empty() && facts.unit == identity.unit) {
        return true; // only root puts a process there, and a service may change its program and user
    }
    if (facts.realUid != identity.uid || facts.effectiveUid != identity.uid) {
        return false;
    }
    return identity.script ? matchesScript(identity, facts, strictness)
                           : matchesProgram(identity, facts, strictness);
}

std::optional<ProcessKey> choose(std::span<const ProcessFacts> candidates,
                                 const std::optional<Predecessor>& predecessor) {
    const ProcessFacts* best = nullptr;
    bool bestIsRoot = false;
    for (const auto& candidate : candidates) {
        if (predecessor && (candidate.key == predecessor->key || isLeftOver(candidate, *predecessor))) {
            continue;
        }
        const bool isRoot = std::ranges::none_of(
            candidates, [&](const ProcessFacts& other) { return other.key.pid == candidate.parent; });
        const bool better = best == nullptr || (isRoot && !bestIsRoot) ||
                            (isRoot == bestIsRoot && candidate.key.startTicks < best->key.startTicks);
        if (better) {
            best = &candidate;
            bestIsRoot = isRoot;
        }
    }
    return best == nullptr ? std::nullopt : std::optional(best->key);
}

std::optional<ScriptLine> parseScriptLine(std::string_view text) {
    constexpr std::string_view kBlanks = " \t";
    if (!text.starts_with("#!")) {
        return std::nullopt;
    }
    text = text.substr(2, text.find('\n') == std::string_view::npos ? text.size() : text.find('\n') - 2);
    std::vector<std::string_view> words;
    while (true) {
        const auto begin = text.find_first_not_of(kBlanks);
        if (begin == std::string_view::npos) {
            break;
        }
        text.remove_prefix(begin);
        const auto word = text.substr(0, text.find_first_of(kBlanks));
        words.push_back(word);
        text.remove_prefix(word.size());
    }
    if (words.empty() || !words.front().starts_with('/')) {
        return std::nullopt;
    }
    ScriptLine script{std::string(words.front()), std::string(baseName(words.front())), std::nullopt};
    if (script.program == "env") {
        const auto program = std::find_if(words.begin() + 1, words.end(), [](std::string_view word) {
            return !word.starts_with('-') && word.find('=') == std::string_view::npos;
        });
        if (program != words.end()) {
            script.program = baseName(*program);
        }
    }
    return script;
}

std::string_view baseName(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string argumentsKey(std::span<const std::string> arguments) {
    std::string key;
    for (const auto& argument : arguments) {
        key.append(argument).push_back('\0'); // which no argument can contain
    }
    return key;
}

void forEachTailKey(std::span<const std::string> argv,
                    const std::function<void(const std::string&)>& callback) {
    constexpr std::size_t kMostBefore = 6; // interpreter, its options, env and the script
    for (std::size_t before = 1; before <= argv.size() && before <= kMostBefore; ++before) {
        callback(argumentsKey(argv.subspan(before)));
    }
}

} // namespace healer::core
