// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"

#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace healer::core {

/// A process. A PID alone may be recycled; together with the start time it is unique for a boot.
struct ProcessKey {
    pid_t pid = 0;
    std::uint64_t startTicks = 0; ///< field 22 of /proc/PID/stat: clock ticks (1/100 s) after boot

    auto operator<=>(const ProcessKey&) const = default;
};

/// When it was started, to a hundredth of a second.
[[nodiscard]] inline TimePoint startTime(const ProcessKey& process) {
    constexpr Duration kTick = std::chrono::milliseconds(10); // USER_HZ is 100
    constexpr auto kMost = static_cast<std::uint64_t>(Duration::max() / kTick);
    return TimePoint(kTick * static_cast<Duration::rep>(std::min(process.startTicks, kMost)));
}

/// A run of a systemd unit that has no main process.
struct UnitRun {
    std::uint64_t invocation = 0; ///< a hash of the unit's invocation ID

    auto operator<=>(const UnitRun&) const = default;
};

/// A service that answers its probes while its process is not known.
struct Unidentified {
    std::uint64_t serial = 0; ///< distinguishes it from others of the same name

    auto operator<=>(const Unidentified&) const = default;
};

/// A process that was started and had ended before its start time could be read.
struct EndedProcess {
    pid_t pid = 0;

    auto operator<=>(const EndedProcess&) const = default;
};

/// What runs, or ran, under the name of a managed process.
using Instance = std::variant<ProcessKey, UnitRun, Unidentified, EndedProcess>;

[[nodiscard]] inline bool operator==(const Instance& instance, const ProcessKey& process) {
    const auto* key = std::get_if<ProcessKey>(&instance);
    return key != nullptr && *key == process;
}

/// The PID of an instance; 0 where it has none.
[[nodiscard]] pid_t pidOf(const Instance& instance);
[[nodiscard]] inline pid_t pidOf(const std::optional<Instance>& instance) {
    return instance ? pidOf(*instance) : 0;
}
/// The process of an instance; none where it has none that can be referred to.
[[nodiscard]] std::optional<ProcessKey> processOf(const std::optional<Instance>& instance);
[[nodiscard]] inline bool isUnidentified(const std::optional<Instance>& instance) {
    return instance && std::holds_alternative<Unidentified>(*instance);
}

/// It has ended: there is nothing to follow or to stop.
[[nodiscard]] inline bool isEnded(const Instance& instance) {
    return std::holds_alternative<EndedProcess>(instance);
}

/// How an incarnation ended, in the words of the contract's `LastExit.reason`.
enum class ExitReason { exited, signaled, coreDumped, oomKilled, probeFailed, unitFailed, vanished };

/// The process that sent a signal on purpose.
struct SignalSender {
    int signal = 0;
    pid_t pid = 0; ///< 0: it is not in Healer's PID namespace
    uid_t uid = 0;
    std::string comm; ///< its name for itself: any bytes, 15 at most

    bool operator==(const SignalSender&) const = default;
};

/// What is known about an end. `vanished`: it is gone, and how it ended is not known.
struct Exit {
    ExitReason reason = ExitReason::vanished;
    std::optional<int> code;   ///< exit status, when it exited
    std::optional<int> signal; ///< signal number, when a signal ended it
    /// Who sent that signal; of a process that exited: a signal that it was sent just before.
    std::optional<SignalSender> sender;
    std::string probe;  ///< the probe that failed, when reason is probeFailed
    std::string detail; ///< a sentence, may be empty

    bool operator==(const Exit&) const = default;
};

/// Decodes a wait status (also task_struct::exit_code: low 7 bits signal, 0x80 core, above them the exit
/// status).
[[nodiscard]] Exit exitFromWaitStatus(int status);

/// Decodes what waitid(2) and systemd report about an end: CLD_EXITED with the exit status, CLD_KILLED or
/// CLD_DUMPED with the signal. Any other code: it is not known.
[[nodiscard]] Exit exitFromChildCode(int code, int status);

/// Whether an exit status of systemd.exec(5) says that something was missing which may be there in a moment:
/// the directory, the program, the account, the control group.
[[nodiscard]] constexpr bool isMissingForNow(int status) {
    return status == 200 || status == 203 || status == 216 || status == 217 || status == 219;
}

/// Adds to `exit` the sender of the last signal that the process was sent, `before` its end, where that
/// explains why it ended.
void attribute(Exit& exit, SignalSender sender, std::chrono::nanoseconds before);

/// "exited with status 3", "killed by SIGKILL", "dumped core (SIGSEGV)", "vanished": the end as part of a
/// sentence.
[[nodiscard]] std::string describe(const Exit& exit);

/// The contract's word for a reason: "exited", "signaled", "core-dumped", ...
[[nodiscard]] std::string_view toString(ExitReason reason);
/// The inverse of toString(); nothing for an unknown word.
[[nodiscard]] std::optional<ExitReason> exitReasonFromString(std::string_view word);

/// "SIGTERM" for 15; "signal 99" where the number has no name.
[[nodiscard]] std::string signalName(int signal);
/// 15 for "SIGTERM", "TERM" or "15"; nothing where it is no signal.
[[nodiscard]] std::optional<int> signalFromName(std::string_view name);

} // namespace healer::core
