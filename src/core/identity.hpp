// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"

#include <sys/types.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Whether a process is an instance of a configured program. A name alone never decides. docs/identity.md
/// describes the evidence, its order, and what happens when it does not suffice.
namespace healer::core {

/// A file, whatever its path.
struct FileId {
    dev_t device = 0;
    ino_t inode = 0;

    auto operator<=>(const FileId&) const = default;
};

/// What /proc shows about one incarnation.
struct ProcessFacts {
    ProcessKey key;
    pid_t parent = 0;
    pid_t session = 0;
    uid_t realUid = 0;
    uid_t effectiveUid = 0;
    std::string exe;               ///< target of /proc/PID/exe; empty when it cannot be read
    std::optional<FileId> exeFile; ///< the file behind it
    std::vector<std::string> argv;
    std::size_t argvLength = 0;                ///< of the arguments as they are now, in bytes with their NULs
    std::optional<std::size_t> originalLength; ///< of those that it was executed with; none: cannot be read
    bool forkedOnly = false;                   ///< it has executed nothing since it was forked
    bool inOwnPidNamespace = true;             ///< false for processes of a namespace below Healer's
    std::string unit;                          ///< see systemUnitOf()
    bool zombie = false;                       ///< all its threads have ended

    // Its origin, which is read only of processes whose user and program can be right.
    std::string executedAs = {};   ///< the path that was given to execve(2); empty: cannot be read
    std::string executedPath = {}; ///< the same, absolute and without links to directories; empty: unknown
    std::string directory = {};    ///< its working directory now; empty: cannot be read
    std::optional<FileId> directoryFile = {};
    std::vector<std::string> inDirectory = {}; ///< its relative arguments that name a file there
};

/// How a script says that it is to be run.
struct ScriptLine {
    std::string interpreter;               ///< path of the interpreter, or of env(1)
    std::string program;                   ///< the interpreter's name, also when env(1) looks it up
    std::optional<FileId> interpreterFile; ///< unknown when env(1) looks it up
    std::string argument = {};             ///< the rest of the line, which the kernel passes as one argument
    /// Names of all programs that the line, and "exec" in the lines after it, may lead to.
    std::vector<std::string> words = {};

    [[nodiscard]] bool byEnv() const { return !interpreterFile.has_value(); }
};

/// What an instance of a configured program looks like.
struct Identity {
    std::string command;         ///< as configured
    std::string resolvedCommand; ///< without symbolic links; equal to command when it cannot be resolved
    std::optional<FileId> commandFile; ///< none when it does not exist now
    std::vector<std::string> args;
    uid_t uid = 0;
    std::optional<ScriptLine> script; ///< set when the command is a script
    std::string unit;                 ///< its transient unit; empty where none can exist
    /// Other spellings of `command`: with links to directories followed, but not the last one.
    std::vector<std::string> names = {};
    /// The links that `command` leads through, and the file at their end, when its last part is a link.
    std::vector<std::string> links = {};
    std::string directory = {}; ///< in which it is started
    std::optional<FileId> directoryFile = {};
    std::vector<std::string> relativeArgs = {}; ///< those that name a file in that directory
};

/// Is this process the instance?
enum class Answer {
    no,
    unclear,  ///< it may be; the evidence does not suffice
    inferred, ///< its arguments are replaced, but the length of the original ones and all else agree
    yes,
};

struct Judgement {
    Answer answer = Answer::no;
    std::string why = {}; ///< of `unclear`: a predicate, "has replaced its arguments ..."
};

[[nodiscard]] Judgement judge(const Identity& identity, const ProcessFacts& facts);

/// Whether judge() may come to another answer than "no" when the origin of the process is known too.
[[nodiscard]] bool isWorthALook(const Identity& identity, const ProcessFacts& facts);

/// Whether these arguments have the form of a title, as far as can be said without knowing the program that
/// it was started as.
[[nodiscard]] bool mayHaveReplacedArguments(const ProcessFacts& facts);

/// Who says that a process is the instance, besides what /proc shows of it.
enum class Voucher {
    user, ///< a PID file that the user of the process may have written
    root, ///< only root can have said so, or it descends from what was started as the instance
};

/// Whether a process that a PID file names can be the instance: its program and user are right, whatever its
/// arguments. A program that is started as root may become another user: where root vouches for it.
[[nodiscard]] bool isNamedRightly(const Identity& identity, const ProcessFacts& facts, Voucher voucher);

/// A process that is, or may be, the instance.
struct Candidate {
    ProcessFacts facts;
    Judgement judgement;
};

/// The incarnation whose successor is looked for.
struct Predecessor {
    ProcessKey key;
    std::uint64_t endTicks = 0; ///< when it ended, on the clock of ProcessKey::startTicks
    bool exitedCleanly = false; ///< with status 0, as a daemon that has forked itself
    bool endUnknown = false;    ///< it is not known how it ended
};

/// What a search has come to: an instance, or a process that may be it, or nothing.
struct Finding {
    std::optional<ProcessKey> instance;
    std::optional<ProcessKey> doubtful;
    std::string why = {}; ///< of `doubtful`, a sentence
};

/// Whether this process runs the program, as whatever user: what is in the unit of the instance besides may
/// be a helper that lingers.
[[nodiscard]] bool runsProgram(Identity identity, const ProcessFacts& facts);

/// The instance among the candidates: the root of their tree, and the oldest if there are several. What is
/// inferred yields to what is known, and must be the only one. What was already running when the predecessor
/// ended is a left-over of it and no new instance, unless the predecessor ended cleanly and started it. Where
/// it is not known how that ended, a process that has executed the program afresh meanwhile (an upgrade on
/// the fly), or leads a session of its own (a daemon), is its successor, and what it has merely forked is
/// left over.
[[nodiscard]] Finding choose(std::span<const Candidate> candidates,
                             const std::optional<Predecessor>& predecessor);

/// The parts of a script's beginning; none when the text does not begin with "#!" and a path.
/// interpreterFile is left out.
[[nodiscard]] std::optional<ScriptLine> parseScriptLine(std::string_view text);

/// What follows the last slash.
[[nodiscard]] std::string_view baseName(std::string_view path);

/// The files that a relative argument may stand for: itself, and what it names as a module ("app.main:run").
/// Empty for options and absolute paths.
[[nodiscard]] std::vector<std::string> filesNamedBy(std::string_view argument);

/// A text that is the same for two argument lists exactly when they are equal: for indexes.
[[nodiscard]] std::string argumentsKey(std::span<const std::string> arguments);

/// Calls back with the argumentsKey() of every tail of this argv that may be the configured arguments of an
/// instance: what comes after argv[0], after argv[1] (a script's path), and so on, down to the empty list.
void forEachTailKey(std::span<const std::string> argv,
                    const std::function<void(const std::string&)>& callback);

} // namespace healer::core
