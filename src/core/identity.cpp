// SPDX-License-Identifier: Apache-2.0
#include "core/identity.hpp"

#include "core/called_as.hpp"
#include "core/replaced_arguments.hpp"
#include "core/script_identity.hpp"

#include <algorithm>
#include <utility>

namespace healer::core {

namespace {

constexpr std::string_view kDeleted = " (deleted)";

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

bool isUser(const Identity& identity, const ProcessFacts& facts) {
    return facts.realUid == identity.uid && facts.effectiveUid == identity.uid;
}

/// Only root puts a process there, and a service may change its program and user.
bool isInItsUnit(const Identity& identity, const ProcessFacts& facts) {
    return !identity.unit.empty() && facts.unit == identity.unit;
}

bool isAlive(const ProcessFacts& facts) {
    return !facts.zombie && facts.inOwnPidNamespace;
}

std::vector<ArgumentList> originalsOf(const Identity& identity, const ProcessFacts& facts) {
    std::vector<std::string> callers = callersOf(identity);
    if (isExecutionKnown(facts)) {
        callers.push_back(facts.executedAs);
        callers.emplace_back(baseName(facts.executedAs));
    }
    std::vector<ArgumentList> originals;
    for (auto& caller : callers) {
        originals.push_back({std::move(caller)});
        originals.back().insert(originals.back().end(), identity.args.begin(), identity.args.end());
    }
    return originals;
}

bool hasItsArguments(const Identity& identity, const ProcessFacts& facts) {
    return std::ranges::equal(Arguments(facts.argv).subspan(1), identity.args) &&
           (!identity.args.empty() || areOriginal(facts, callersOf(identity)));
}

/// By which path a program was executed that has replaced its arguments: argv[0] shows nothing then.
Called calledAsTitled(const Identity& identity, const ProcessFacts& facts) {
    return isExecutionKnown(facts)  ? calledAs(identity, facts)
           : identity.links.empty() ? Called::so
                                    : Called::unclear;
}

/// Whether a title contains a name from the arguments, as "worker: idle" does of "worker.py".
bool mentions(std::string_view title, Arguments args) {
    constexpr std::size_t kLeastName = 3;
    return std::ranges::any_of(args, [&](const std::string& argument) {
        const auto name = baseName(argument);
        const auto stem = name.substr(0, name.rfind('.'));
        return stem.size() >= kLeastName && stem.front() != '-' && title.find(stem) != std::string_view::npos;
    });
}

Judgement judgeTitled(const Identity& identity, const ProcessFacts& facts) {
    const Called called = calledAsTitled(identity, facts);
    const auto title = titleSays(facts, callersOf(identity), identity.args);
    if (called == Called::otherwise || title == TitleSays::another) {
        return {};
    }
    if (called == Called::unclear) {
        return {Answer::unclear, "has replaced its arguments, and was executed as " +
                                     (facts.executedAs.empty() ? "an unknown path" : facts.executedAs)};
    }
    if (title == TitleSays::sameLine) {
        return {Answer::yes};
    }
    const auto originals = compareOriginals(facts, originalsOf(identity, facts));
    const bool ofAnotherScript = originals == Originals::otherLength &&
                                 isInterpreterName(baseName(identity.resolvedCommand)) &&
                                 !mentions(facts.argv.front(), identity.args);
    if (originals == Originals::otherText || ofAnotherScript) {
        return {};
    }
    if (originals == Originals::possible) {
        return {title == TitleSays::sameAddress ? Answer::yes : Answer::inferred};
    }
    return {Answer::unclear, originals == Originals::otherLength
                                 ? "has replaced its arguments, and was started with others of another length"
                                 : "has replaced its arguments, and the original ones cannot be examined"};
}

Judgement judgeProgram(const Identity& identity, const ProcessFacts& facts) {
    if (facts.argv.empty() || !isProgram(identity, facts)) {
        return {};
    }
    if (!hasItsArguments(identity, facts)) {
        return areOriginal(facts, callersOf(identity)) ? Judgement{} : judgeTitled(identity, facts);
    }
    const Called called = calledAs(identity, facts);
    const Called directory = judgeDirectory(identity, facts);
    if (called == Called::otherwise || directory == Called::otherwise) {
        return {};
    }
    if (called == Called::unclear) {
        return {Answer::unclear, "runs the same program file with the same arguments, but was executed as " +
                                     facts.executedAs};
    }
    if (directory == Called::unclear) {
        return {Answer::unclear,
                "has the same arguments, which name files, but is in the directory " + facts.directory};
    }
    return {Answer::yes};
}

bool isLeftOver(const ProcessFacts& candidate, const Predecessor& predecessor) {
    if (candidate.key.startTicks >= predecessor.endTicks) {
        return false;
    }
    const bool apart = !candidate.forkedOnly || candidate.session == candidate.key.pid;
    const bool mayFollow = predecessor.exitedCleanly || (predecessor.endUnknown && apart);
    return !mayFollow || candidate.key.startTicks < predecessor.key.startTicks;
}

/// The roots of the trees that these candidates form, the oldest first.
std::vector<const Candidate*> rootsOf(const std::vector<const Candidate*>& candidates) {
    std::vector<const Candidate*> roots;
    std::ranges::copy_if(candidates, std::back_inserter(roots), [&](const Candidate* candidate) {
        return std::ranges::none_of(candidates, [&](const Candidate* other) {
            return other->facts.key.pid == candidate->facts.parent;
        });
    });
    // What has executed the program goes before what another process of it has merely forked.
    std::ranges::sort(roots, {}, [](const Candidate* root) {
        return std::pair(root->facts.forkedOnly, root->facts.key.startTicks);
    });
    return roots;
}

std::string doubt(const Candidate& candidate) {
    return "PID " + std::to_string(candidate.facts.key.pid) + " may be it, so nothing is started: it " +
           candidate.judgement.why;
}

} // namespace

Judgement judge(const Identity& identity, const ProcessFacts& facts) {
    if (!isAlive(facts)) {
        return {};
    }
    if (isInItsUnit(identity, facts)) {
        return {Answer::yes};
    }
    if (!isUser(identity, facts)) {
        return {};
    }
    return identity.script ? judgeScript(identity, facts) : judgeProgram(identity, facts);
}

bool isWorthALook(const Identity& identity, const ProcessFacts& facts) {
    if (!isAlive(facts) || facts.argv.empty()) {
        return false;
    }
    if (isInItsUnit(identity, facts)) {
        return true;
    }
    if (!isUser(identity, facts)) {
        return false;
    }
    if (identity.script) {
        return looksLikeScript(identity, facts);
    }
    return isProgram(identity, facts) &&
           (hasItsArguments(identity, facts) || !areOriginal(facts, callersOf(identity)));
}

bool isNamedRightly(const Identity& identity, const ProcessFacts& facts, Voucher voucher) {
    if (!isAlive(facts)) {
        return false;
    }
    if (isInItsUnit(identity, facts)) {
        return true;
    }
    const bool mayChange = identity.uid == 0 && voucher == Voucher::root;
    if (!isUser(identity, facts) && !mayChange) {
        return false;
    }
    return identity.script ? mayRunScript(identity, facts) : isProgram(identity, facts);
}

bool runsProgram(Identity identity, const ProcessFacts& facts) {
    identity.unit.clear();
    identity.uid = facts.realUid;
    ProcessFacts ofAnyUser = facts;
    ofAnyUser.effectiveUid = facts.realUid;
    return isNamedRightly(identity, ofAnyUser, Voucher::root);
}

Finding choose(std::span<const Candidate> candidates, const std::optional<Predecessor>& predecessor) {
    std::vector<const Candidate*> eligible;
    for (const auto& candidate : candidates) {
        const bool old = predecessor && (candidate.facts.key == predecessor->key ||
                                         isLeftOver(candidate.facts, *predecessor));
        if (!old && candidate.judgement.answer != Answer::no) {
            eligible.push_back(&candidate);
        }
    }
    const auto roots = rootsOf(eligible);
    const auto known =
        std::ranges::find(roots, Answer::yes, [](const Candidate* root) { return root->judgement.answer; });
    if (known != roots.end()) {
        return {.instance = (*known)->facts.key, .doubtful = std::nullopt};
    }
    if (const auto any = std::ranges::find(eligible, Answer::yes,
                                           [](const Candidate* one) { return one->judgement.answer; });
        any != eligible.end()) {
        return {.instance = (*any)->facts.key, .doubtful = std::nullopt};
    }
    if (roots.empty()) {
        return {};
    }
    const auto inferred = std::ranges::count(roots, Answer::inferred,
                                             [](const Candidate* root) { return root->judgement.answer; });
    const auto first = std::ranges::find(roots, Answer::inferred,
                                         [](const Candidate* root) { return root->judgement.answer; });
    if (inferred == 1) {
        return {.instance = (*first)->facts.key, .doubtful = std::nullopt};
    }
    Candidate doubtful = inferred > 1 ? **first : *roots.front();
    if (inferred > 1) {
        doubtful.judgement.why = "and others have replaced their arguments, which may have been the same";
    }
    return {.instance = std::nullopt, .doubtful = doubtful.facts.key, .why = doubt(doubtful)};
}

std::string_view baseName(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::vector<std::string> filesNamedBy(std::string_view argument) {
    if (const auto value = argument.find('='); argument.starts_with('-') && value != std::string_view::npos) {
        argument.remove_prefix(value + 1);
    }
    if (argument.empty() || argument.front() == '-' || argument.front() == '/' ||
        argument.find_first_of(" \n") != std::string_view::npos) {
        return {};
    }
    const std::string name(argument);
    const std::string module = name.substr(0, name.find_first_of(".:", 1));
    if (module.empty() || module.front() == '.') {
        return {name};
    }
    return {name, module + ".py", module};
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
    constexpr std::size_t kMostBefore = 10; // interpreter, its options, env and the script
    for (std::size_t before = 1; before <= argv.size() && before <= kMostBefore; ++before) {
        callback(argumentsKey(argv.subspan(before)));
    }
}

} // namespace healer::core
