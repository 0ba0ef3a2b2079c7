// SPDX-License-Identifier: Apache-2.0
#include "runtime/program_identity.hpp"

#include "runtime/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
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

std::string resolved(const std::string& path) {
    std::array<char, PATH_MAX> target{};
    return ::realpath(path.c_str(), target.data()) != nullptr ? std::string(target.data()) : path;
}

std::optional<core::ScriptLine> scriptLineOf(const std::string& path) {
    constexpr std::size_t kFirstLineLimit = 256; // the limit of the kernel
    const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    std::array<char, kFirstLineLimit> text{};
    const ssize_t length = fd ? read(fd.get(), text.data(), text.size()) : 0;
    auto script = core::parseScriptLine(
        std::string_view(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0));
    if (script && core::baseName(script->interpreter) != "env") {
        script->interpreterFile = fileAt(script->interpreter);
    }
    return script;
}

} // namespace

core::Identity identityOf(const core::CommandPlan& command, std::string unit) {
    core::Identity identity;
    identity.command = command.path;
    identity.resolvedCommand = resolved(command.path);
    identity.commandFile = fileAt(command.path);
    identity.args = command.args;
    identity.uid = command.user.uid;
    if (identity.commandFile) {
        identity.script = scriptLineOf(command.path);
    }
    identity.unit = std::move(unit);
    return identity;
}

} // namespace healer::runtime
