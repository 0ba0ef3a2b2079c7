// SPDX-License-Identifier: Apache-2.0
#include "core/script_identity.hpp"

#include "core/called_as.hpp"
#include "core/replaced_arguments.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace healer::core {

namespace {

constexpr std::size_t kLastScriptIndex = 9; // interpreter, a few options, the script
constexpr std::size_t kHeadLines = 40;

/// Programs that run scripts, so that a script that is named in their arguments is not merely edited or
/// copied.
constexpr std::array<std::string_view, 26> kInterpreters{
    "ash",   "bash", "bun",   "busybox", "dash", "deno", "env",   "gawk", "groovy",
    "guile", "java", "jruby", "julia",   "ksh",  "lua",  "mksh",  "node", "perl",
    "php",   "pwsh", "pypy",  "python",  "ruby", "sh",   "tclsh", "zsh"};

using Arguments = std::span<const std::string>;

bool contains(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

/// "python" for "python3.11": a name without its version.
std::string_view withoutVersion(std::string_view name) {
    while (!name.empty() && std::string_view("0123456789.-").find(name.back()) != std::string_view::npos) {
        name.remove_suffix(1);
    }
    return name;
}

/// Whether what runs is an interpreter that this script may have led to.
bool isInterpreter(const ScriptLine& script, const ProcessFacts& facts) {
    if (script.interpreterFile && script.interpreterFile == facts.exeFile) {
        return true;
    }
    const std::string_view exe = facts.exe;
    for (const auto name : {baseName(facts.argv.front()), baseName(exe.substr(0, exe.find(" (deleted)")))}) {
        if (name == script.program || contains(script.words, name) || name == baseName(script.interpreter)) {
            return true;
        }
    }
    // A wrapper of the script's own may have looked the interpreter up: then it is a common one.
    const bool wrapped = script.byEnv() || !script.words.empty();
    return wrapped && isInterpreterName(baseName(exe));
}

/// May stand between the interpreter and the script: an option, and what the script's own lines contain.
bool isInterpretersOwn(const ScriptLine& script, std::string_view argument) {
    return argument.starts_with('-') || argument == script.program ||
           contains(script.words, baseName(argument)) ||
           (script.byEnv() && argument.find('=') != std::string_view::npos);
}

/// Whether a path leads to this script. A relative
/// one that does not may have been given in another directory than it is in now.
Called judgeScriptPath(const Identity& identity, std::string_view given, std::string_view directory,
                       std::string_view canonical) {
    const std::string path = absolutePath(given, directory);
    if (const auto known = judgeKnown(identity, path, canonical)) {
        return *known;
    }
    return given.starts_with('/') || !canonical.empty() ? Called::otherwise : Called::unclear;
}

struct Sighting {
    Called path = Called::otherwise;
    Arguments arguments; ///< behind the script's path
};

/// Where the script stands among the arguments; none when it does not.
std::optional<Sighting> sighting(const Identity& identity, const ProcessFacts& facts) {
    const Arguments argv(facts.argv);
    for (std::size_t index = 1; index < argv.size() && index <= kLastScriptIndex; ++index) {
        const std::string& word = argv[index];
        if (baseName(word) == baseName(identity.command) ||
            baseName(word) == baseName(identity.resolvedCommand)) {
            const bool isThere = contains(facts.inDirectory, word);
            const auto judged = judgeScriptPath(identity, word, facts.directory,
                                                isThere ? absolutePath(word, facts.directory) : "");
            return Sighting{judged, argv.subspan(index + 1)};
        }
        if (!isInterpretersOwn(*identity.script, word)) {
            break;
        }
    }
    return std::nullopt;
}

/// The argument lists that the kernel or an interpreter's caller made of the configured ones.
std::vector<ArgumentList> originalsOf(const Identity& identity, const ProcessFacts& facts) {
    const auto& script = *identity.script;
    std::vector<ArgumentList> heads;
    for (const auto& interpreter :
         {script.interpreter, script.program, facts.executedAs, std::string(baseName(facts.executedAs))}) {
        heads.push_back({interpreter});
        if (!script.argument.empty() && !script.byEnv()) {
            heads.push_back({interpreter, script.argument});
        }
    }
    std::vector<std::string> paths{identity.command, identity.resolvedCommand};
    paths.insert(paths.end(), identity.names.begin(), identity.names.end());
    if (isExecutionKnown(facts)) {
        paths.push_back(facts.executedAs);
    }
    std::vector<ArgumentList> originals;
    for (const auto& head : heads) {
        for (const auto& path : paths) {
            originals.push_back(head);
            originals.back().push_back(path);
            originals.back().insert(originals.back().end(), identity.args.begin(), identity.args.end());
        }
    }
    return originals;
}

/// "gunicorn: master [app]" mentions gunicorn, and "worker" mentions worker.py.
bool isMentioned(const Identity& identity, std::string_view title) {
    const auto name = baseName(identity.command);
    const auto stem = name.substr(0, name.rfind('.'));
    return !stem.empty() && title.starts_with(stem) &&
           (title.size() == stem.size() || std::isalnum(static_cast<unsigned char>(title[stem.size()])) == 0);
}

bool isExecutedAsScript(const Identity& identity, const ProcessFacts& facts) {
    return isExecutionKnown(facts) &&
           judgeScriptPath(identity, facts.executedAs, facts.directory, facts.executedPath) == Called::so;
}

bool isReplaced(const Identity& identity, const ProcessFacts& facts) {
    std::vector<std::string> callers = identity.script->words;
    callers.push_back(identity.script->program);
    callers.push_back(identity.script->interpreter);
    return !areOriginal(facts, callers);
}

/// Its arguments no longer show the script.
Judgement judgeTitled(const Identity& identity, const ProcessFacts& facts) {
    const bool executed = isExecutedAsScript(identity, facts);
    if (!isReplaced(identity, facts) || (!executed && !isInterpreter(*identity.script, facts))) {
        return {};
    }
    const bool mentioned = isMentioned(identity, facts.argv.front());
    const auto originals = compareOriginals(facts, originalsOf(identity, facts));
    const bool lengthIsRight = originals == Originals::possible;
    if ((!executed && !mentioned && !lengthIsRight) || originals == Originals::otherText ||
        titleSays(facts, callersOf(identity), identity.args) == TitleSays::another) {
        return {};
    }
    if (lengthIsRight && (executed || mentioned)) {
        return {Answer::inferred};
    }
    return {Answer::unclear,
            lengthIsRight ? "has replaced its arguments, which may have been those of the script"
            : executed    ? "has replaced its arguments, and was started with others of another length"
                          : "has the script's name as its title, and was started with other arguments"};
}

std::string_view takeLine(std::string_view& text) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

std::vector<std::string_view> wordsOf(std::string_view line) {
    constexpr std::string_view kBlanks = " \t\r";
    std::vector<std::string_view> words;
    while (true) {
        const auto begin = line.find_first_not_of(kBlanks);
        if (begin == std::string_view::npos) {
            return words;
        }
        line.remove_prefix(begin);
        words.push_back(line.substr(0, line.find_first_of(kBlanks)));
        line.remove_prefix(words.back().size());
    }
}

/// A program's name as it may stand in a shell script: without quotes, path, options and variables.
void addProgram(std::string_view word, std::vector<std::string>& programs) {
    constexpr std::string_view kQuotes = "\"'`;()";
    while (!word.empty() && kQuotes.find(word.front()) != std::string_view::npos) {
        word.remove_prefix(1);
    }
    while (!word.empty() && kQuotes.find(word.back()) != std::string_view::npos) {
        word.remove_suffix(1);
    }
    const auto name = baseName(word);
    const bool plain = !name.empty() && name.find_first_of("$=*{}<>|&\"'") == std::string_view::npos;
    if (plain && !name.starts_with('-') && name != "exec" && !contains(programs, name)) {
        programs.emplace_back(name);
    }
}

} // namespace

bool isInterpreterName(std::string_view name) {
    return std::ranges::find(kInterpreters, withoutVersion(name)) != kInterpreters.end();
}

bool mayRunScript(const Identity& identity, const ProcessFacts& facts) {
    if (facts.argv.empty()) {
        return false;
    }
    if (isExecutedAsScript(identity, facts)) {
        return true;
    }
    if (!isInterpreter(*identity.script, facts)) {
        return false;
    }
    const auto seen = sighting(identity, facts);
    return seen ? seen->path != Called::otherwise : isReplaced(identity, facts);
}

bool looksLikeScript(const Identity& identity, const ProcessFacts& facts) {
    if (facts.argv.empty()) {
        return false;
    }
    const auto seen = sighting(identity, facts);
    return seen ? std::ranges::equal(seen->arguments, identity.args) : isReplaced(identity, facts);
}

Judgement judgeScript(const Identity& identity, const ProcessFacts& facts) {
    if (facts.argv.empty()) {
        return {};
    }
    const auto seen = sighting(identity, facts);
    if (!seen) {
        return judgeTitled(identity, facts);
    }
    const bool executed = isExecutedAsScript(identity, facts);
    if (!std::ranges::equal(seen->arguments, identity.args) ||
        (!executed && (seen->path == Called::otherwise || !isInterpreter(*identity.script, facts)))) {
        return {};
    }
    const Called directory = judgeDirectory(identity, facts);
    if (directory == Called::otherwise) {
        return {};
    }
    if (directory == Called::unclear) {
        return {Answer::unclear,
                "has the same arguments, which name files, but is in the directory " + facts.directory};
    }
    if (executed || seen->path == Called::so) {
        return {Answer::yes};
    }
    return {Answer::unclear,
            "runs a script of that name, which it was given without its directory or by another link"};
}

std::optional<ScriptLine> parseScriptLine(std::string_view text) {
    if (!text.starts_with("#!")) {
        return std::nullopt;
    }
    text.remove_prefix(2);
    const auto line = takeLine(text);
    const auto words = wordsOf(line);
    if (words.empty() || !words.front().starts_with('/')) {
        return std::nullopt;
    }
    ScriptLine script{.interpreter = std::string(words.front()),
                      .program = std::string(baseName(words.front())),
                      .interpreterFile = std::nullopt};
    if (words.size() > 1) {
        const auto last = words.back();
        script.argument = std::string(words[1].data(),
                                      static_cast<std::size_t>(last.data() + last.size() - words[1].data()));
    }
    if (script.program == "env") {
        const auto program = std::find_if(words.begin() + 1, words.end(), [](std::string_view word) {
            return !word.starts_with('-') && word.find('=') == std::string_view::npos;
        });
        if (program != words.end()) {
            script.program = baseName(*program);
        }
        for (const auto word : words) {
            addProgram(word, script.words);
        }
    }
    for (std::size_t lines = 0; lines < kHeadLines && !text.empty(); ++lines) {
        const auto more = wordsOf(takeLine(text));
        const bool executes = std::ranges::any_of(
            more, [](std::string_view word) { return word.find("exec") != std::string_view::npos; });
        for (std::size_t at = 0; executes && at < more.size(); ++at) {
            addProgram(more[at], script.words);
        }
    }
    return script;
}

} // namespace healer::core
