// SPDX-License-Identifier: Apache-2.0
#include "config/compiler.hpp"

#include "config/cross_checks.hpp"
#include "config/process_compiler.hpp"
#include "config/section.hpp"
#include "core/log_level.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace healer::config {
namespace {

struct LogLevels {
    constexpr LogLevels() {
        for (std::size_t index = 0; index < core::kLogLevelWords.size(); ++index) {
            words[index] = {core::kLogLevelWords[index].first, core::kLogLevelWords[index].second};
        }
    }
    Word<core::LogLevel> words[core::kLogLevelWords.size()]{};
};
constexpr LogLevels kLogLevels;

constexpr Word<core::LaunchMode> kLaunchModes[] = {
    {"auto", core::LaunchMode::automatic},
    {"service", core::LaunchMode::service},
    {"direct", core::LaunchMode::direct},
};

class Compilation {
public:
    Compilation(const CompileInput& input, const Surroundings& surroundings)
        : input_(input), surroundings_(surroundings) {}

    CompileOutcome run() {
        std::vector<Field> entries;
        if (input_.main != nullptr) {
            append(entries, compileMain());
        }
        for (const ConfigDocument& part : input_.parts) {
            append(entries, compilePart(part));
        }
        compileProcesses(entries);
        sort(findings_.errors, fileOrder());
        sort(findings_.warnings, fileOrder());
        CompileOutcome outcome;
        if (findings_.errors.empty() && input_.complete) {
            outcome.plan = std::move(plan_);
        }
        outcome.findings = std::move(findings_);
        return outcome;
    }

private:
    static void append(std::vector<Field>& entries, std::optional<std::vector<Field>> more) {
        if (more) {
            entries.insert(entries.end(), more->begin(), more->end());
        }
    }

    std::optional<std::vector<Field>> compileMain() {
        const ConfigDocument& document = *input_.main;
        if (document.root.kind == NodeKind::null) {
            findings_.errors.push_back({document.file, {}, {}, "is empty; processes is required", {}});
            return std::nullopt;
        }
        if (!rootIsMapping(document)) {
            return std::nullopt;
        }
        Section top(document, findings_);
        compileSettings(top);
        const auto processes = top.require("processes");
        top.rejectUnknownKeys();
        return processes ? processes->items() : std::nullopt;
    }

    /// A part whose lines are all commented out is no mistake.
    std::optional<std::vector<Field>> compilePart(const ConfigDocument& document) {
        if (document.root.kind == NodeKind::null || !rootIsMapping(document)) {
            return std::nullopt;
        }
        Section top(document, findings_);
        const auto processes = top.require("processes");
        top.rejectUnknownKeys();
        return processes ? processes->items() : std::nullopt;
    }

    bool rootIsMapping(const ConfigDocument& document) {
        if (document.root.kind != NodeKind::mapping) {
            findings_.errors.push_back(
                {document.file, document.root.place, {}, "must be a mapping of keys to values", {}});
            return false;
        }
        return true;
    }

    void compileSettings(Section& top) {
        if (const auto level = top.take("log_level")) {
            plan_.logLevel = level->word(kLogLevels.words).value_or(plan_.logLevel);
        }
        if (const auto directory = top.take("log_directory")) {
            plan_.logDirectory = directory->absolutePath();
        }
        if (const auto directory = top.take("pid_file_directory")) {
            plan_.pidFileDirectory = directory->absolutePath();
        }
        if (const auto directory = top.take("working_directory")) {
            plan_.workingDirectory = directory->absolutePath().value_or(plan_.workingDirectory);
        }
        if (const auto launch = top.take("launch")) {
            plan_.launch = launch->word(kLaunchModes).value_or(plan_.launch);
        }
        if (const auto observe = top.take("observe_only")) {
            plan_.observeOnly = observe->boolean().value_or(plan_.observeOnly);
        }
    }

    void compileProcesses(std::span<const Field> entries) {
        ProcessCompiler compiler(input_.monitors, CommandCompiler(surroundings_, plan_.workingDirectory));
        std::vector<ProcessDraft> drafts;
        drafts.reserve(entries.size());
        for (const Field& entry : entries) {
            if (auto draft = compiler.compile(entry)) {
                drafts.push_back(std::move(*draft));
            }
        }
        checkNames(drafts, findings_);
        checkIdentities(drafts, findings_);
        checkOutputs(drafts, plan_, findings_);
        if (input_.complete) {
            checkDependencies(drafts, findings_);
        }
        for (ProcessDraft& draft : drafts) {
            plan_.processes.push_back(std::move(draft.plan));
        }
        std::sort(plan_.processes.begin(), plan_.processes.end(),
                  [](const auto& left, const auto& right) { return left->name < right->name; });
    }

    [[nodiscard]] std::vector<std::string> fileOrder() const {
        std::vector<std::string> files;
        if (input_.main != nullptr) {
            files.push_back(input_.main->file);
        }
        for (const ConfigDocument& part : input_.parts) {
            files.push_back(part.file);
        }
        return files;
    }

    const CompileInput& input_;
    const Surroundings& surroundings_;
    Findings findings_;
    core::Plan plan_;
};

} // namespace

CompileOutcome compile(const CompileInput& input, const Surroundings& surroundings) {
    return Compilation(input, surroundings).run();
}

} // namespace healer::config
