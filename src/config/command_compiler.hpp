// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/draft.hpp"
#include "config/environment.hpp"
#include "config/section.hpp"

#include <map>
#include <string>

namespace healer::config {

/// Reads what is started and as whom. One object serves a whole configuration and asks for each user once.
class CommandCompiler {
public:
    /// `environment` and `defaultDirectory` outlive this object.
    CommandCompiler(const Environment& environment, const std::string& defaultDirectory);

    /// Completes the command that the keys of the entry have filled: its user and directory, and whether it
    /// may be started.
    void compile(Section& entry, ProcessDraft& draft);

    /// Reads `run_as_root` and `run_as_user` of a unit, for the programs that probe it. A unit without such
    /// probes has neither.
    void compileProbeUser(Section& entry, ProcessDraft& draft);

    /// Reports what speaks against running another program as the process's user, whom the draft names
    /// already.
    void checkFurtherProgram(const Field& program, const std::string& path, const ProcessDraft& draft) const;

private:
    void compileProgram(Section& entry, ProcessDraft& draft) const;
    void compileUser(Section& entry, ProcessDraft& draft);
    void compileDirectory(Section& entry, core::CommandPlan& plan) const;
    void checkProgram(const Field& command, const std::string& path) const;
    /// Why root must not run it; nothing when the user is another one.
    [[nodiscard]] std::optional<std::string> exposureToRoot(const std::string& path,
                                                            const ProcessDraft& draft) const;
    [[nodiscard]] std::optional<core::User> chooseUser(const Section& entry, bool asRoot,
                                                       const std::optional<Field>& rootField,
                                                       const std::optional<Field>& userField);
    [[nodiscard]] std::optional<core::User> findUser(const Field& field);

    const Environment& environment_;
    const std::string& defaultDirectory_;
    std::map<std::string, core::Result<core::User>> users_;
};

} // namespace healer::config
