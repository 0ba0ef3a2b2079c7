// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/draft.hpp"
#include "config/environment.hpp"
#include "config/section.hpp"

#include <map>
#include <string>

namespace healer::config {

/// Completes and checks the command of a process: program, user and directory. One object serves a whole
/// configuration and looks up each user once.
class CommandCompiler {
public:
    /// `environment` and `defaultDirectory` outlive this object.
    CommandCompiler(const Environment& environment, const std::string& defaultDirectory);

    /// The user and the directory of the command, after its keys have been read, and whether it can be
    /// started.
    void compile(Section& entry, ProcessDraft& draft);

    /// Why this unit cannot be started; nothing where it can, or where its name is wrong.
    [[nodiscard]] std::optional<std::string> faultOf(const std::string& unit) const;

    /// Reads `run_as_root` and `run_as_user` of a unit: the user of the programs that probe it.
    void compileProbeUser(Section& entry, ProcessDraft& draft);

    /// Reports an error if another program cannot run as the user of the process. The user must be known
    /// already.
    void checkFurtherProgram(const Field& program, const std::string& path, const ProcessDraft& draft) const;

private:
    void compileProgram(Section& entry, ProcessDraft& draft) const;
    void compileUser(Section& entry, ProcessDraft& draft);
    void compileDirectory(Section& entry, core::CommandPlan& plan) const;
    void checkProgram(const Field& command, const std::string& path, Missing::Concern concern) const;
    void checkUserMayRun(const Site& command, const std::string& path, const ProcessDraft& draft,
                         Missing::Concern concern, Findings& findings) const;
    /// Why root must not run it. Nothing if the user is not root.
    [[nodiscard]] std::optional<std::string> exposureToRoot(const std::string& path,
                                                            const ProcessDraft& draft) const;
    [[nodiscard]] bool mayBecomeAnyone() const;
    /// What `run_as_root` asks for.
    enum class RunAs { root, otherUser };
    [[nodiscard]] std::optional<core::User> readUser(Section& entry);
    [[nodiscard]] std::optional<core::User> readNamedUser(const Field& field, RunAs runAs);
    [[nodiscard]] std::optional<core::User> findUser(const Field& field);

    const Environment& environment_;
    const std::string& defaultDirectory_;
    std::map<std::string, core::Result<core::User>> users_;
};

} // namespace healer::config
