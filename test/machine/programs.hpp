// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "machine/kernel.hpp"

#include <set>
#include <string>

namespace healer::machine {

class Machine;

/// What programs do. Their first argument says what they are:
///
/// - `plain NAME`: runs until it is asked to end
/// - `fork NAME FILE`: puts itself into the background and writes its PID into the file
/// - `job NAME`: ends with status 0 after a while
/// - `worker NAME`: runs, and has a child of its own, which may linger
/// - `probe NAME`: ends with 0 when the service NAME works, else with 1
class Programs final : public Kernel::Observer {
public:
    explicit Programs(Machine& machine);
    ~Programs() override;

    void receive(Process& process, int signal, const core::SignalSender& sender);
    void started(const Process& process) override;
    void ended(const Process& /*process*/) override {}

    /// While the file of a program is missing it cannot be executed.
    void setMissing(const std::string& path, bool missing);
    [[nodiscard]] bool isMissing(const std::string& path) const { return missing_.contains(path); }

    /// The process that does the work of a service; null when there is none.
    [[nodiscard]] Process* serving(const std::string& name);
    /// All living processes of a service.
    [[nodiscard]] std::vector<Process*> processesOf(const std::string& name);

    [[nodiscard]] static std::string roleOf(const Process& process);
    [[nodiscard]] static std::string nameOf(const Process& process);

private:
    void goIntoBackground(pid_t parent);
    void probe(pid_t pid, const std::string& name);

    Machine& machine_;
    std::set<std::string> missing_;
};

} // namespace healer::machine
