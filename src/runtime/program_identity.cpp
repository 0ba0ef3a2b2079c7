// SPDX-License-Identifier: Apache-2.0
#include "runtime/program_identity.hpp"

#include "core/called_as.hpp"
#include "runtime/proc_origin.hpp"
#include "runtime/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>

namespace healer::runtime {

namespace {

std::optional<core::FileId> fileAt(const std::string& path) {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0 || !S_ISREG(file.st_mode)) {
        return std::nullopt;
    }
    return core::FileId{file.st_dev, file.st_ino};
}

std::optional<core::FileId> directoryAt(const std::string& path) {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0 || !S_ISDIR(file.st_mode)) {
        return std::nullopt;
    }
    return core::FileId{file.st_dev, file.st_ino};
}

/// Other spellings of a path. Of those below /usr the ones from before /bin and /lib became links are in use.
std::vector<std::string> namesOf(const std::string& path) {
    constexpr std::string_view kUsr = "/usr";
    std::vector<std::string> names;
    if (auto canonical = canonicalName(path); !canonical.empty()) {
        names.push_back(std::move(canonical));
    }
    names.push_back(core::absolutePath(path, {}));
    if (names.front().starts_with("/usr/")) {
        auto shorter = names.front().substr(kUsr.size());
        if (canonicalName(shorter) == names.front()) {
            names.push_back(std::move(shorter));
        }
    }
    return names;
}

std::string resolved(const std::string& path) {
    std::array<char, PATH_MAX> target{};
    return ::realpath(path.c_str(), target.data()) != nullptr ? std::string(target.data()) : path;
}

/// None: it is no script, or may not be read.
Reading<core::ScriptLine> scriptLineOf(const std::string& path) {
    constexpr std::size_t kHead = 2048; // the first line, and those of a trampoline
    const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd && isShortage(errno)) {
        return Reading<core::ScriptLine>::unknown(errno);
    }
    std::array<char, kHead> text{};
    const ssize_t length = fd ? read(fd.get(), text.data(), text.size()) : 0;
    auto script = core::parseScriptLine(
        std::string_view(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0));
    if (!script) {
        return Reading<core::ScriptLine>::none();
    }
    if (core::baseName(script->interpreter) != "env") {
        script->interpreterFile = fileAt(script->interpreter);
    }
    return *script;
}

} // namespace

Reading<core::Identity> identityOf(const core::CommandPlan& command, std::string unit) {
    core::Identity identity;
    identity.command = command.path;
    identity.resolvedCommand = resolved(command.path);
    identity.commandFile = fileAt(command.path);
    identity.args = command.args;
    identity.uid = command.user.uid;
    if (identity.commandFile) {
        const auto script = scriptLineOf(command.path);
        if (script.isUnknown()) {
            return Reading<core::Identity>::as(script);
        }
        identity.script = script.orNone();
    }
    identity.unit = std::move(unit);
    identity.names = namesOf(command.path);
    identity.links = linksOf(command.path);
    // Everything is somewhere below the root, which is where a process is started that has no directory.
    if (command.workingDirectory.size() > 1) {
        identity.directory = canonicalName(command.workingDirectory);
        identity.directoryFile = directoryAt(command.workingDirectory);
        identity.relativeArgs = namedIn(command.workingDirectory, command.args);
    }
    return identity;
}

} // namespace healer::runtime
