// SPDX-License-Identifier: Apache-2.0
#include "config/compiler.hpp"

#include "config/cross_checks.hpp"
#include "config/plan_keys.hpp"
#include "config/process_compiler.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace healer::config {
namespace {

class Compilation {
public:
    Compilation(const CompileInput& input, const Environment& environment)
        : input_(input), environment_(environment) {}

    CompileOutcome run() {
        std::vector<Field> entries;
        if (input_.main != nullptr) {
            append(entries, compileMain());
        }
        for (const ConfigDocument& part : input_.parts) {
            append(entries, compilePart(part));
        }
        compileProcesses(entries);
        settleMissing();
        sort(findings_.errors, fileOrder());
        sort(findings_.warnings, fileOrder());
        CompileOutcome outcome;
        if (findings_.errors.empty() && input_.complete) {
            outcome.plan = std::move(plan_);
            outcome.late = std::move(late_);
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
        top.allowExtensions();
        readKeys(top, keysOf<core::Plan>(), plan_);
        const auto processes = top.take(processesKey().name);
        return processes ? processes->items() : std::nullopt;
    }

    /// A part with nothing but comments is valid.
    std::optional<std::vector<Field>> compilePart(const ConfigDocument& document) {
        if (document.root.kind == NodeKind::null || !rootIsMapping(document)) {
            return std::nullopt;
        }
        Section top(document, findings_);
        top.allowExtensions();
        const auto processes = top.take(processesKey());
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

    void compileProcesses(std::span<const Field> entries) {
        ProcessCompiler compiler(input_.monitors, CommandCompiler(environment_, plan_.workingDirectory));
        std::vector<ProcessDraft> drafts;
        drafts.reserve(entries.size());
        for (const Field& entry : entries) {
            if (auto draft = compiler.compile(entry)) {
                if (input_.missing == WhatIsMissing::concernsItsProcess) {
                    noteLate(entry, *draft);
                } else {
                    draft->plan.unavailable.clear();
                }
                drafts.push_back(std::move(*draft));
            }
        }
        checkNames(drafts, findings_);
        checkIdentities(drafts, *environment_.files, findings_);
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

    /// An entry that has to be compiled again later is kept.
    void noteLate(const Field& entry, const ProcessDraft& draft) {
        if (draft.plan.enabled && !draft.plan.unavailable.empty()) {
            late_.push_back({draft.plan.name, {entry.site().file, entry.node()}, plan_.workingDirectory});
        }
    }

    void settleMissing() {
        auto& list = input_.missing == WhatIsMissing::isAnError ? findings_.errors : findings_.warnings;
        for (Missing& missing : findings_.missing) {
            list.push_back(std::move(missing.what));
        }
        findings_.missing.clear();
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
    const Environment& environment_;
    Findings findings_;
    core::Plan plan_;
    std::vector<LateEntry> late_;
};

} // namespace

CompileOutcome compile(const CompileInput& input, const Environment& environment) {
    return Compilation(input, environment).run();
}

core::ProcessPlan compileAgain(const LateEntry& entry, std::span<const MonitorSchema> monitors,
                               const Environment& environment) {
    Findings findings;
    ProcessCompiler compiler(monitors, CommandCompiler(environment, entry.workingDirectory));
    const Field field(entry.document.root, Site{entry.document.file, entry.document.root.place, {}},
                      findings);
    auto draft = compiler.compile(field);
    if (!draft) {
        core::ProcessPlan unread;
        unread.name = entry.name;
        unread.unavailable = "its entry cannot be read again";
        return unread;
    }
    if (!findings.errors.empty() && draft->plan.unavailable.empty()) {
        draft->plan.unavailable = findings.errors.front().message;
    }
    return std::move(draft->plan);
}

} // namespace healer::config
