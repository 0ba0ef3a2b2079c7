// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "core/result.hpp"
#include "runtime/log.hpp"

#include <cstddef>
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

/// This process has just executed a program of an expected name. Only a hint.
struct ExecRecord {
    pid_t pid = 0;
    std::string name;   ///< the expected one, truncated by asKernelCuts()
    unsigned looks = 0; ///< how often its arguments could not be read yet
};

/// Truncates a file name as the kernel does: to its first 15 bytes.
[[nodiscard]] inline std::string asKernelCuts(const std::string& name) {
    constexpr std::size_t kShown = 15;
    return name.substr(0, kShown);
}

using KernelRecord = std::variant<ExitRecord, ExecRecord>;

/// Records of exits and starts from the kernel, for PIDs of this process's own PID namespace. The
/// implementation is bpf/process_exit.bpf.c; tests may use another.
class KernelProbe {
public:
    /// Whether the records contain who sent a process its last signal.
    enum class Senders { known, unknown };

    /// Loads and attaches the programs, for so many watched processes. Where the kernel refuses the one that
    /// records senders, the others are used alone. The error says why eBPF cannot be used on this system.
    [[nodiscard]] static core::Result<std::unique_ptr<KernelProbe>>
    load(runtime::Log& log, std::size_t processes, Senders senders = Senders::known);
    KernelProbe() = default;
    KernelProbe(const KernelProbe&) = delete;
    KernelProbe& operator=(const KernelProbe&) = delete;
    virtual ~KernelProbe() = default;

    /// Starts and ends recording the exit of the process with this PID. watch() fails when the table is full.
    [[nodiscard]] virtual core::Result<void> watch(pid_t pid) = 0;
    virtual void unwatch(pid_t pid) = 0;
    /// Starts and ends recording the start of programs of this file name.
    [[nodiscard]] virtual core::Result<void> expect(const std::string& name) = 0;
    virtual void unexpect(const std::string& name) = 0;

    /// Readable (EPOLLIN) while there are records.
    [[nodiscard]] virtual int fd() const = 0;
    /// Takes all pending records, oldest first.
    virtual void drain(const std::function<void(const KernelRecord&)>& take) = 0;
    /// The number of processes whose records fit when all of them end at once.
    [[nodiscard]] virtual std::size_t capacity() const = 0;
    /// Number of records lost because the ring was full, since load().
    [[nodiscard]] virtual std::uint64_t lost() const = 0;
};

} // namespace healer::monitor::ebpf
