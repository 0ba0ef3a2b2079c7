// SPDX-License-Identifier: Apache-2.0
#include "runtime/spawn/child_program.hpp"

#include "runtime/spawn/raw_syscall.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <initializer_list>

// Everything here runs between clone and exec in memory that is shared with Healer: no allocation, no library
// call, and no writes except to this stack.

namespace healer::runtime {

namespace {

#ifdef SYS_setresuid32
constexpr long kSetGroups = SYS_setgroups32;
constexpr long kSetResGid = SYS_setresgid32;
constexpr long kSetResUid = SYS_setresuid32;
constexpr long kGetResGid = SYS_getresgid32;
constexpr long kGetResUid = SYS_getresuid32;
#else
constexpr long kSetGroups = SYS_setgroups;
constexpr long kSetResGid = SYS_setresgid;
constexpr long kSetResUid = SYS_setresuid;
constexpr long kGetResGid = SYS_getresgid;
constexpr long kGetResUid = SYS_getresuid;
#endif

constexpr int kSignals = 64;
constexpr long kSignalSetBytes = kSignals / 8;

/// As large as any architecture's struct kernel_sigaction; all zero is SIG_DFL and an empty mask.
constexpr unsigned long kDefaultAction[16] = {};
constexpr unsigned long kEmptyMask[2] = {};

long resetSignals() {
    for (int signal = 1; signal <= kSignals; ++signal) {
        if (signal != SIGKILL && signal != SIGSTOP) {
            const long result =
                rawSyscall(SYS_rt_sigaction, signal, rawArgument(kDefaultAction), 0, kSignalSetBytes);
            if (result < 0) {
                return result;
            }
        }
    }
    return 0;
}

long duplicate(int from, int to, int flags) {
    return rawSyscall(SYS_dup3, from, to, flags);
}

/// Unshares the descriptor table. Only the descriptors up to the last one needed are copied, as Healer may
/// have thousands that would be copied and then closed.
long takeOwnDescriptors(const ChildProgram& program) {
    const int last = program.output > program.status ? program.output : program.status;
    long result = rawSyscall(SYS_close_range, last + 1, ~0U, CLOSE_RANGE_UNSHARE);
    if (result == -ENOSYS) { // before Linux 5.9
        result = rawSyscall(SYS_unshare, CLONE_FILES);
    }
    return result;
}

int send(int descriptor, Step step, long result) {
    const Message message{step, static_cast<std::int32_t>(-result)};
    rawSyscall(SYS_write, descriptor, rawArgument(&message), sizeof message);
    return 127;
}

long arrangeDescriptors(const ChildProgram& program) {
    long result = duplicate(program.status, kStatusDescriptor, O_CLOEXEC);
    const long null = result < 0
                          ? result
                          : rawSyscall(SYS_openat, AT_FDCWD, rawArgument("/dev/null"), O_RDWR | O_CLOEXEC, 0);
    const long output = program.output >= 0 ? program.output : null;
    result = null;
    for (const int standard : {1, 2}) {
        if (result >= 0) {
            result = duplicate(static_cast<int>(output), standard, 0);
        }
    }
    if (result >= 0) {
        result = duplicate(static_cast<int>(null), 0, 0);
    }
    if (result >= 0) {
        result = rawSyscall(SYS_close_range, kStatusDescriptor + 1, ~0U, 0);
        // Before Linux 5.9: the descriptors of Healer have O_CLOEXEC anyway.
        result = result == -ENOSYS ? 0 : result;
    }
    return result;
}

long setLimits(const ChildProgram& program) {
    for (std::size_t i = 0; i < program.limitCount; ++i) {
        const Limit& limit = program.limits[i];
        const long result = rawSyscall(SYS_prlimit64, 0, limit.resource, rawArgument(&limit.value), 0);
        if (result < 0) {
            return result;
        }
    }
    return 0;
}

long setGroups(const ChildProgram& program) {
    const long result =
        rawSyscall(kSetGroups, static_cast<long>(program.groupCount), rawArgument(program.groups));
    return result < 0 ? result : rawSyscall(kSetResGid, program.gid, program.gid, program.gid);
}

long setUser(const ChildProgram& program) {
    const long result = rawSyscall(kSetResUid, program.uid, program.uid, program.uid);
    if (result < 0) {
        return result;
    }
    constexpr auto kInvalid = static_cast<uid_t>(-1);
    uid_t uids[3] = {kInvalid, kInvalid, kInvalid};
    gid_t gids[3] = {kInvalid, kInvalid, kInvalid};
    rawSyscall(kGetResUid, rawArgument(&uids[0]), rawArgument(&uids[1]), rawArgument(&uids[2]));
    rawSyscall(kGetResGid, rawArgument(&gids[0]), rawArgument(&gids[1]), rawArgument(&gids[2]));
    for (int i = 0; i < 3; ++i) {
        if (uids[i] != program.uid || gids[i] != program.gid) {
            return -EPERM;
        }
    }
    return 0;
}

/// Opens the output with the permissions of the user. Never waits for the reader of a FIFO.
long openOutput(const ChildProgram& program) {
    constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    constexpr long kFileMode = 0640;
    const long file = rawSyscall(SYS_openat, AT_FDCWD, rawArgument(program.outputPath), kFlags, kFileMode);
    if (file < 0) {
        return file;
    }
    struct statx found; // zeroing all of it may call memset
    found.stx_mode = 0;
    long result =
        rawSyscall(SYS_statx, file, rawArgument(""), AT_EMPTY_PATH, STATX_TYPE, rawArgument(&found));
    if (result >= 0 && !S_ISREG(found.stx_mode) && !S_ISCHR(found.stx_mode)) {
        result = -EINVAL;
    }
    if (result >= 0) {
        result = rawSyscall(SYS_fcntl, file, F_SETFL, O_APPEND);
    }
    for (const int standard : {1, 2}) {
        if (result >= 0) {
            result = duplicate(static_cast<int>(file), standard, 0);
        }
    }
    return result;
}

int fail(Step step, long result) {
    return send(kStatusDescriptor, step, result);
}

} // namespace

int becomeProgram(void* data) {
    const auto& program = *static_cast<const ChildProgram*>(data);
    constexpr long kUmask = 022;

    if (const long result = takeOwnDescriptors(program); result < 0) {
        return send(program.status, Step::descriptors, result);
    }
    send(program.status, Step::descriptors, 0);
    if (const long result = arrangeDescriptors(program); result < 0) {
        return send(program.status, Step::descriptors, result);
    }
    if (const long result = resetSignals(); result < 0) {
        return fail(Step::session, result);
    }
    if (const long result = rawSyscall(SYS_setsid); result < 0) {
        return fail(Step::session, result);
    }
    rawSyscall(SYS_umask, kUmask);
    if (const long result = setLimits(program); result < 0) {
        return fail(Step::limits, result);
    }
    if (program.changeUser) {
        if (const long result = setGroups(program); result < 0) {
            return fail(Step::groups, result);
        }
        if (const long result = setUser(program); result < 0) {
            return fail(Step::user, result);
        }
    }
    // Ambient capabilities of Healer would survive the exec. Old kernels have none, so errors are ignored.
    rawSyscall(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
    if (const long result = rawSyscall(SYS_chdir, rawArgument(program.workingDirectory)); result < 0) {
        return fail(Step::workingDirectory, result);
    }
    if (program.outputPath != nullptr) {
        if (const long result = openOutput(program); result < 0) {
            return fail(Step::output, result);
        }
    }
    rawSyscall(SYS_rt_sigprocmask, SIG_SETMASK, rawArgument(kEmptyMask), 0, kSignalSetBytes);
    return fail(Step::exec, rawSyscall(SYS_execve, rawArgument(program.path), rawArgument(program.arguments),
                                       rawArgument(program.environment)));
}

} // namespace healer::runtime
