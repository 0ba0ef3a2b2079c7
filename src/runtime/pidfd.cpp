// SPDX-License-Identifier: Apache-2.0
#include "runtime/pidfd.hpp"

#include "runtime/proc_entry.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

namespace healer::runtime {

namespace {

/// struct pidfd_info as of Linux 6.15; older headers do not have it and older kernels refuse the ioctl.
struct PidfdInfo {
    std::uint64_t mask;
    std::uint64_t cgroupId;
    std::uint32_t pid;
    std::uint32_t tgid;
    std::uint32_t ppid;
    std::array<std::uint32_t, 8> ids;
    std::int32_t exitCode;
};
static_assert(sizeof(PidfdInfo) == 64);

constexpr std::uint64_t kPidfdInfoExit = 1U << 3U;
constexpr unsigned long kPidfdGetInfo = _IOWR(0xFF, 11, PidfdInfo);

core::Error refused(const char* what, pid_t pid, int error) {
    return core::Error{std::string(what) + " " + std::to_string(pid) + ": " + std::strerror(error)};
}

std::optional<core::Exit> exitOfChild(int pidfd) {
    siginfo_t info{};
    if (waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == 0) {
        return std::nullopt;
    }
    return core::exitFromChildCode(info.si_code, info.si_status);
}

} // namespace

namespace {

/// As ProcEntry::stat(), with the fewest system calls: each start and each end comes here.
Reading<ProcEntry::Stat> statOf(pid_t pid) {
    using Stat = Reading<ProcEntry::Stat>;
    if (pid <= 0) {
        return Stat::none();
    }
    const std::string path = "/proc/" + std::to_string(pid) + "/stat";
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> line{}; // which comes in one piece
    const ssize_t length = file ? ::read(file.get(), line.data(), line.size()) : -1;
    if (length < 0) {
        return Stat::failed(errno);
    }
    const auto parsed = parseStat(pid, {line.data(), static_cast<std::size_t>(length)});
    return parsed ? Stat(*parsed) : Stat::unknown(EIO);
}

} // namespace

Reading<core::ProcessKey> keyOfPid(pid_t pid) {
    const auto stat = statOf(pid);
    return stat ? Reading(stat->key) : Reading<core::ProcessKey>::as(stat);
}

Presence presenceOf(core::ProcessKey key) {
    const auto stat = statOf(key.pid);
    if (stat.isUnknown()) {
        return Presence::unknown;
    }
    return stat && stat->key == key && !stat->zombie() ? Presence::running : Presence::ended;
}

bool mayRun(core::ProcessKey key) {
    return presenceOf(key) != Presence::ended;
}

core::Result<UniqueFd> openPidfd(core::ProcessKey key) {
    if (key.pid <= 0) {
        return UniqueFd();
    }
    UniqueFd fd(static_cast<int>(syscall(SYS_pidfd_open, key.pid, 0)));
    if (!fd) {
        // EINVAL and ENOENT: the number is that of a thread other than the first of its process.
        if (errno == ESRCH || errno == EINVAL || errno == ENOENT) {
            return UniqueFd();
        }
        return refused("cannot open a pidfd of process", key.pid, errno);
    }
    // Compared after opening, as from then on the PID cannot be reused.
    const auto now = keyOfPid(key.pid);
    if (now.isUnknown()) {
        return refused("cannot look at process", key.pid, now.error());
    }
    return now == key ? std::move(fd) : UniqueFd();
}

bool hasExited(int pidfd) {
    pollfd entry{pidfd, POLLIN, 0};
    return poll(&entry, 1, 0) > 0 && entry.revents != 0;
}

core::Exit exitOf(int pidfd) {
    if (const auto exit = exitOfChild(pidfd)) {
        return *exit;
    }
    PidfdInfo info{};
    info.mask = kPidfdInfoExit;
    if (ioctl(pidfd, kPidfdGetInfo, &info) == 0 && (info.mask & kPidfdInfoExit) != 0) {
        return core::exitFromWaitStatus(info.exitCode);
    }
    return core::Exit{};
}

core::Result<void> sendSignal(int pidfd, int signal) {
    if (syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0 || errno == ESRCH) {
        return {};
    }
    return core::Error{"cannot send " + core::signalName(signal) + ": " + std::strerror(errno)};
}

bool groupExists(pid_t group) {
    return ::kill(-group, 0) == 0 || errno == EPERM;
}

void killGroup(pid_t group) {
    ::kill(-group, SIGKILL);
}

} // namespace healer::runtime
