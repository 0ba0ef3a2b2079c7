// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"

#include <sys/types.h>

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Whether a process is an instance of a configured program. A name alone never decides.
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
    uid_t realUid = 0;
    uid_t effectiveUid = 0;
    std::string exe;               ///< target of /proc/PID/exe; empty when it cannot be read
    std::optional<FileId> exeFile; ///< the file behind it
    std::vector<std::string> argv;
    bool inOwnPidNamespace = true; ///< false for processes of a namespace below Healer's
    std::string unit;              ///< see systemUnitOf()
    bool zombie = false;           ///< all its threads have ended
};

/// How a script says that it is to be run: the parts of its "#!" line.
struct ScriptLine {
    std::string interpreter;               ///< path of the interpreter, or of env(1)
    std::string program;                   ///< the interpreter's name, also when env(1) looks it up
    std::optional<FileId> interpreterFile; ///< unknown when env(1) looks it up

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
};

enum class Strictness {
    exact,         ///< command, arguments and user
    exactOrTitled, ///< as exact; also a daemon that has replaced its arguments by a title ("nginx: master
                   ///< process")
    program,       ///< command and user; for what a PID file points to
};

[[nodiscard]] bool matches(const Identity& identity, const ProcessFacts& facts, Strictness strictness);

/// The incarnation whose successor is looked for.
struct Predecessor {
    ProcessKey key;
    std::uint64_t endTicks = 0; ///< when it ended, on the clock of ProcessKey::startTicks
    bool exitedCleanly = false; ///< with status 0, as a daemon that has forked itself
};

/// The instance among processes that all match: the root of their tree, and the oldest if there are several.
/// What was already running when the predecessor ended is a left-over of it and no new instance, unless the
/// predecessor ended cleanly and started it. None when nothing qualifies.
[[nodiscard]] std::optional<ProcessKey> choose(std::span<const ProcessFacts> candidates,
                                               const std::optional<Predecessor>& predecessor);

/// The parts of a script's first line; none when the text does not begin with "#!" and a path.
/// interpreterFile is left out.
[[nodiscard]] std::optional<ScriptLine> parseScriptLine(std::string_view text);

/// What follows the last slash.
[[nodiscard]] std::string_view baseName(std::string_view path);

/// A text that is the same for two argument lists exactly when they are equal: for indexes.
[[nodiscard]] std::string argumentsKey(std::span<const std::string> arguments);

/// Calls back with the argumentsKey() of every tail of this argv that may be the configured arguments of an
/// instance: what comes after argv[0], after argv[1] (a script's path), and so on, down to the empty list.
void forEachTailKey(std::span<const std::string> argv,
                    const std::function<void(const std::string&)>& callback);

} // namespace healer::core
