// SPDX-License-Identifier: Apache-2.0
#include "config/command_compiler.hpp"

#include "config/exposure.hpp"

#include <algorithm>
#include <utility>

namespace healer::config {
namespace {

constexpr mode_t kAnybodyExecutes = 0111;

bool isVariableName(std::string_view name) {
    const auto isLetter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
    return !name.empty() && isLetter(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
        return isLetter(c) || (c >= '0' && c <= '9');
    });
}

std::map<std::string, std::string> compileEnvironment(const Field& field) {
    auto environment = field.textMap();
    if (!environment) {
        return {};
    }
    for (const ConfigEntry& entry : field.node().entries) {
        if (!isVariableName(entry.key)) {
            Site site{field.site().file, entry.place, field.site().key + "." + entry.key};
            Field(entry.value, std::move(site), field.findings())
                .error("not the name of an environment variable (letters, digits and _, no digit first)");
        }
    }
    return std::move(*environment);
}

} // namespace

CommandCompiler::CommandCompiler(const Surroundings& surroundings, const std::string& defaultDirectory)
    : surroundings_(surroundings), defaultDirectory_(defaultDirectory) {}

void CommandCompiler::compile(Section& entry, ProcessDraft& draft) {
    compileProgram(entry, draft);
    compileUser(entry, draft);
    compileDirectory(entry, draft.plan.command);
    if (const auto environment = entry.take("environment")) {
        draft.plan.command.environment = compileEnvironment(*environment);
    }
    if (const auto output = entry.take("output")) {
        draft.plan.command.output = output->absolutePath();
    }
}

void CommandCompiler::compileProbeUser(Section& entry, ProcessDraft& draft) {
    const auto asRoot = entry.take("run_as_root");
    if (asRoot || entry.take("run_as_user")) {
        compileUser(entry, draft);
    }
}

void CommandCompiler::compileProgram(Section& entry, ProcessDraft& draft) const {
    const auto command = entry.take("command");
    if (!command) {
        entry.missing("command", "is required (or unit, for a unit of systemd)");
    }
    if (const auto path = command ? command->absolutePath() : std::nullopt) {
        checkProgram(*command, *path);
        draft.plan.command.path = *path;
        draft.command = command->site();
    }
    if (const auto args = entry.take("args")) {
        draft.plan.command.args = args->textList().value_or(std::vector<std::string>{});
    }
}

void CommandCompiler::checkProgram(const Field& command, const std::string& path) const {
    const auto facts = surroundings_.files->follow(path);
    if (!facts) {
        command.error(quote(path) + " " + facts.error().message);
    } else if (facts->kind != FileKind::regular) {
        command.error(quote(path) + " is not a regular file");
    } else if ((facts->permissions & kAnybodyExecutes) == 0) {
        command.error(quote(path) + " is not executable");
    }
}

void CommandCompiler::compileUser(Section& entry, ProcessDraft& draft) {
    const auto rootField = entry.take("run_as_root");
    const auto userField = entry.take("run_as_user");
    const auto asRoot = rootField ? rootField->boolean() : std::optional(false);
    if (!asRoot) {
        return;
    }
    auto user = chooseUser(entry, *asRoot, rootField, userField);
    if (!user) {
        return;
    }
    draft.hasUser = true;
    draft.plan.command.user = std::move(*user);
    const std::string& path = draft.plan.command.path;
    if (const auto reason = exposureToRoot(path, draft)) {
        entry.field().findings().errors.push_back({draft.command.file,
                                                   draft.command.place,
                                                   draft.command.key,
                                                   "must not run as root: " + *reason,
                                                   {}});
    }
}

void CommandCompiler::checkFurtherProgram(const Field& program, const std::string& path,
                                          const ProcessDraft& draft) const {
    checkProgram(program, path);
    if (!draft.plan.unit.empty() && !draft.hasUser) {
        program.error("has no user to run as; set run_as_user or run_as_root");
    } else if (const auto reason = exposureToRoot(path, draft)) {
        program.error("must not run as root: " + *reason);
    }
}

std::optional<std::string> CommandCompiler::exposureToRoot(const std::string& path,
                                                           const ProcessDraft& draft) const {
    const bool startsAsRoot = draft.hasUser && draft.plan.command.user.uid == 0 && surroundings_.isRoot();
    if (!startsAsRoot || path.empty() || !surroundings_.files->follow(path)) {
        return std::nullopt;
    }
    return exposure(path, *surroundings_.files);
}

std::optional<core::User> CommandCompiler::chooseUser(const Section& entry, bool asRoot,
                                                      const std::optional<Field>& rootField,
                                                      const std::optional<Field>& userField) {
    const core::User& self = surroundings_.self;
    if (asRoot && !surroundings_.isRoot()) {
        rootField->error("Healer runs as " + quote(self.name) + " and cannot start anything as root");
        return std::nullopt;
    }
    if (!userField) {
        if (surroundings_.isRoot() && !asRoot) {
            entry.missing("run_as_user", "is required unless run_as_root is true");
            return std::nullopt;
        }
        return self;
    }
    auto user = findUser(*userField);
    if (!user) {
        return std::nullopt;
    }
    if (!surroundings_.isRoot() && user->uid != self.uid) {
        userField->error("Healer runs as " + quote(self.name) + " and cannot start anything as " +
                         quote(user->name));
        return std::nullopt;
    }
    if (asRoot && user->uid != 0) {
        userField->error("contradicts run_as_root: true");
        return std::nullopt;
    }
    if (!asRoot && surroundings_.isRoot() && user->uid == 0) {
        userField->error(quote(user->name) + " is root; to run as root, set run_as_root: true instead");
        return std::nullopt;
    }
    return user;
}

std::optional<core::User> CommandCompiler::findUser(const Field& field) {
    const std::optional<std::string> name = field.text();
    if (!name) {
        return std::nullopt;
    }
    auto known = users_.find(*name);
    if (known == users_.end()) {
        known = users_.emplace(*name, surroundings_.findUser(*name)).first;
    }
    if (!known->second) {
        field.error(known->second.error().message);
        return std::nullopt;
    }
    return *known->second;
}

void CommandCompiler::compileDirectory(Section& entry, core::CommandPlan& plan) const {
    const auto full = entry.take("working_directory");
    const auto brief = entry.take("working_dir");
    if (full && brief) {
        brief->error("is the same as working_directory; give one of them");
    }
    const auto& given = full ? full : brief;
    plan.workingDirectory = defaultDirectory_;
    const auto path = given ? given->absolutePath() : std::nullopt;
    if (!path) {
        return;
    }
    plan.workingDirectory = *path;
    const auto facts = surroundings_.files->follow(*path);
    if (!facts) {
        given->warning("the directory " + quote(*path) + " " + facts.error().message);
    } else if (facts->kind != FileKind::directory) {
        given->error(quote(*path) + " is not a directory");
    }
}

} // namespace healer::config
