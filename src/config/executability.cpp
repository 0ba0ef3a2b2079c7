// SPDX-License-Identifier: Apache-2.0
#include "config/executability.hpp"

#include "config/diagnostic.hpp"

#include <algorithm>

namespace healer::config {

namespace {

constexpr mode_t kAnyExecute = 0111;

bool mayExecute(const FileFacts& facts, const core::User& user) {
    if (facts.accessList) {
        return true;
    }
    if (user.uid == 0) {
        return facts.kind == FileKind::directory || (facts.permissions & kAnyExecute) != 0;
    }
    const bool inGroup = std::ranges::find(user.groups, facts.group) != user.groups.end();
    const unsigned shift = facts.owner == user.uid ? 6U : inGroup ? 3U : 0U;
    return ((facts.permissions >> shift) & 1U) != 0;
}

} // namespace

std::optional<std::string> faultOfInterpreter(const std::string& path, const FileProbe& files) {
    const auto interpreter = files.interpreter(path);
    if (!interpreter || !interpreter->starts_with('/')) {
        return std::nullopt;
    }
    if (interpreter->ends_with('\r')) {
        return "its first line ends with a carriage return, which becomes part of the interpreter's name";
    }
    const auto facts = files.follow(*interpreter);
    if (!facts) {
        return "its interpreter " + quote(*interpreter) + " " + facts.error().message;
    }
    if (facts->kind != FileKind::regular || (facts->permissions & kAnyExecute) == 0) {
        return "its interpreter " + quote(*interpreter) + " is not executable";
    }
    return std::nullopt;
}

std::optional<std::string> whyUserCannotRun(const std::string& path, const core::User& user,
                                            const FileProbe& files) {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        const std::string part = path.substr(0, slash);
        const auto facts = files.follow(part);
        if (!facts) {
            return std::nullopt; // another check says so
        }
        const bool ofNobody = facts->kind == FileKind::regular && (facts->permissions & kAnyExecute) == 0;
        if (!ofNobody && !mayExecute(*facts, user)) {
            return (facts->kind == FileKind::directory
                        ? "user " + quote(user.name) + " cannot enter " + quote(part)
                        : "user " + quote(user.name) + " cannot execute " + quote(part)) +
                   ": its permissions do not allow it";
        }
        if (slash == std::string::npos) {
            return std::nullopt;
        }
    }
}

} // namespace healer::config
