// SPDX-License-Identifier: Apache-2.0
#include "config/command_compiler.hpp"

#include "config/executability.hpp"
#include "config/exposure.hpp"
#include "config/unit_files.hpp"

#include <algorithm>
#include <utility>

namespace healer::config {
namespace {

constexpr mode_t kExecutable = 0111;

} // namespace

CommandCompiler::CommandCompiler(const Environment& environment, const std::string& defaultDirectory)
    : environment_(environment), defaultDirectory_(defaultDirectory) {}

void CommandCompiler::compile(Section& entry, ProcessDraft& draft) {
    compileProgram(entry, draft);
    compileUser(entry, draft);
    compileDirectory(entry, draft.plan.command);
}

std::optional<std::string> CommandCompiler::faultOf(const std::string& unit) const {
    return unit.empty() || environment_.rehearses ? std::nullopt : faultOfUnit(unit, *environment_.files);
}

void CommandCompiler::compileProbeUser(Section& entry, ProcessDraft& draft) {
    if (entry.gives("run_as_root") || entry.gives("run_as_user")) {
        compileUser(entry, draft);
    }
}

void CommandCompiler::compileProgram(Section& entry, ProcessDraft& draft) const {
    const auto command = entry.take("command");
    const std::string& path = draft.plan.command.path;
    if (!command) {
        entry.missing("command", "is required (or unit, for a unit of systemd)");
    } else if (!path.empty()) {
        checkProgram(*command, path, Missing::Concern::process);
        draft.command = command->site();
    }
}

void CommandCompiler::checkProgram(const Field& command, const std::string& path,
                                   Missing::Concern concern) const {
    if (environment_.rehearses) {
        return;
    }
    const auto facts = environment_.files->follow(path);
    if (!facts) {
        command.missing(quote(path) + " " + facts.error().message, concern);
    } else if (facts->kind != FileKind::regular) {
        command.missing(quote(path) + " is not a regular file", concern);
    } else if ((facts->permissions & kExecutable) == 0) {
        command.missing(quote(path) + " is not executable", concern);
    } else if (const auto fault = faultOfInterpreter(path, *environment_.files)) {
        command.missing(quote(path) + ": " + *fault, concern);
    }
}

/// That it can be executed at all is known.
void CommandCompiler::checkUserMayRun(const Site& command, const std::string& path, const ProcessDraft& draft,
                                      Missing::Concern concern, Findings& findings) const {
    if (draft.hasUser && !path.empty() && !environment_.rehearses && environment_.files->follow(path)) {
        if (const auto fault = whyUserCannotRun(path, draft.plan.command.user, *environment_.files)) {
            reportMissing(command, *fault, concern, findings);
        }
    }
}

void CommandCompiler::compileUser(Section& entry, ProcessDraft& draft) {
    auto user = readUser(entry);
    if (!user) {
        return;
    }
    draft.hasUser = true;
    draft.plan.command.user = std::move(*user);
    if (const auto reason = exposureToRoot(draft.plan.command.path, draft)) {
        reportMissing(draft.command, "must not run as root: " + *reason, Missing::Concern::process,
                      entry.field().findings());
    }
    checkUserMayRun(draft.command, draft.plan.command.path, draft, Missing::Concern::process,
                    entry.field().findings());
}

void CommandCompiler::checkFurtherProgram(const Field& program, const std::string& path,
                                          const ProcessDraft& draft) const {
    checkProgram(program, path, Missing::Concern::probe);
    if (!draft.plan.unit.empty() && !draft.hasUser) {
        program.error("has no user to run as; set run_as_user or run_as_root");
    } else if (const auto reason = exposureToRoot(path, draft)) {
        program.missing("must not run as root: " + *reason);
    } else {
        checkUserMayRun(program.site(), path, draft, Missing::Concern::probe, program.findings());
    }
}

std::optional<std::string> CommandCompiler::exposureToRoot(const std::string& path,
                                                           const ProcessDraft& draft) const {
    const bool startsAsRoot = draft.hasUser && draft.plan.command.user.uid == 0 && environment_.isRoot();
    if (!startsAsRoot || path.empty() || !environment_.files->follow(path)) {
        return std::nullopt;
    }
    return exposure(path, *environment_.files);
}

bool CommandCompiler::mayBecomeAnyone() const {
    return environment_.isRoot() || environment_.rehearses;
}

std::optional<core::User> CommandCompiler::readUser(Section& entry) {
    const core::User& self = environment_.self;
    const auto rootField = entry.take("run_as_root");
    const auto userField = entry.take("run_as_user");
    const auto asRoot = rootField ? rootField->boolean() : std::optional(false);
    if (!asRoot) {
        return std::nullopt;
    }
    if (*asRoot && !mayBecomeAnyone()) {
        rootField->error("Healer runs as " + quote(self.name) + " and cannot start anything as root");
        return std::nullopt;
    }
    if (*asRoot && !userField && !environment_.isRoot()) {
        return core::User{"root", 0, 0, {0}, "/root", "/bin/sh"}; // in a rehearsal
    }
    if (userField) {
        return readNamedUser(*userField, *asRoot ? RunAs::root : RunAs::otherUser);
    }
    if (environment_.isRoot() && !*asRoot) {
        entry.missing("run_as_user", "is required unless run_as_root is true");
        return std::nullopt;
    }
    return self;
}

std::optional<core::User> CommandCompiler::readNamedUser(const Field& field, RunAs runAs) {
    const core::User& self = environment_.self;
    auto user = findUser(field);
    if (!user) {
        return std::nullopt;
    }
    if (!mayBecomeAnyone() && user->uid != self.uid) {
        field.error("Healer runs as " + quote(self.name) + " and cannot start anything as " +
                    quote(user->name));
        return std::nullopt;
    }
    if (runAs == RunAs::root && user->uid != 0) {
        field.error("contradicts run_as_root: true");
        return std::nullopt;
    }
    if (runAs == RunAs::otherUser && environment_.isRoot() && user->uid == 0) {
        field.error(quote(user->name) + " is root; to run as root, set run_as_root: true instead");
        return std::nullopt;
    }
    return user;
}

std::optional<core::User> CommandCompiler::findUser(const Field& field) {
    const std::optional<std::string> name = field.plain();
    if (!name) {
        return std::nullopt;
    }
    auto known = users_.find(*name);
    if (known == users_.end()) {
        known = users_.emplace(*name, environment_.findUser(*name)).first;
    }
    if (!known->second) {
        field.missing(known->second.error().message);
        return std::nullopt;
    }
    return *known->second;
}

void CommandCompiler::compileDirectory(Section& entry, core::CommandPlan& plan) const {
    const std::string& path = plan.workingDirectory;
    if (path.empty()) {
        plan.workingDirectory = defaultDirectory_;
        return;
    }
    const auto facts = environment_.files->follow(path);
    const auto full = entry.take("working_directory");
    const auto given = full ? full : entry.take("working_dir");
    if (environment_.rehearses) {
        return;
    }
    if (!facts) {
        given->missing("the directory " + quote(path) + " " + facts.error().message);
    } else if (facts->kind != FileKind::directory) {
        given->missing(quote(path) + " is not a directory");
    }
}

} // namespace healer::config
