// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "core/result.hpp"
#include "runtime/log.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace healer::monitor::ebpf {

/// All threads of a watched process have ended.
struct ExitRecord {
    core::ProcessKey key;
    std::uint64_t endTicks = 0; ///< on the clock of ProcessKey::startTicks
    core::Exit exit;
};

/// This process has just begun to run a program of an expected name. Nothing but a hint.
struct ExecRecord {
    pid_t pid = 0;
    std::string name;   ///< the expected one, as asKernelCuts() has it
    unsigned looks = 0; ///< how often it has been looked at in vain
};

/// What the kernel keeps of a program's file name: its first 15 bytes.
[[nodiscard]] std::string asKernelCuts(const std::string& name);

using KernelRecord = std::variant<ExitRecord, ExecRecord>;

/// The loaded kernel programs of bpf/process_exit.bpf.c, for PIDs of this process's own PID namespace.
class KernelProbe {
public:
    /// Whether the records say who sent a process its last signal.
    enum class Senders { known, unknown };

    /// Loads and attaches the programs; where the kernel refuses the one that knows senders, the others
    /// alone. The error says why this system does not let it.
    [[nodiscard]] static core::Result<std::unique_ptr<KernelProbe>> load(runtime::Log& log,
                                                                         Senders senders = Senders::known);
    KernelProbe(const KernelProbe&) = delete;
    KernelProbe& operator=(const KernelProbe&) = delete;
    ~KernelProbe();

    /// From now on the end of the process with this PID is recorded, or no more. A failed watch() (table
    /// full) is told.
    [[nodiscard]] core::Result<void> watch(pid_t pid);
    void unwatch(pid_t pid);
    /// From now on the start of programs of this file name is recorded, or no more.
    [[nodiscard]] core::Result<void> expect(const std::string& name);
    void unexpect(const std::string& name);

    /// Readable (EPOLLIN) while there are records.
    [[nodiscard]] int fd() const;
    /// Takes all records there are, oldest first.
    void drain(const std::function<void(const KernelRecord&)>& take);
    /// Records that were lost because the ring was full, ever since load().
    [[nodiscard]] std::uint64_t lost() const;
    /// Descriptor of the program at process exits, for measurements.
    [[nodiscard]] int exitProgramFd() const;

private:
    struct State;
    explicit KernelProbe(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace healer::monitor::ebpf
