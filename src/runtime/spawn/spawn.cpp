// SPDX-License-Identifier: Apache-2.0
#include "runtime/spawn/spawn.hpp"

#include "runtime/confinement.hpp"
#include "runtime/pidfd.hpp"
#include "runtime/spawn/own_children.hpp"
#include "runtime/spawn/raw_syscall.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>
#include <utility>

namespace healer::runtime {

namespace {

constexpr std::size_t kStackBytes = 65536;

std::string text(int error) {
    return std::strerror(error);
}

/// Whether it may work in a moment: a file that is being replaced, or resources that the machine lacks.
bool passes(int error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ETXTBSY:
    case ESTALE:
    case EIO:
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
        return true;
    default:
        return false;
    }
}

core::Error failure(const std::string& what, int error) {
    return {what + ": " + text(error), passes(error) ? core::ErrorKind::impeded : core::ErrorKind::failed};
}

/// The same file behind a descriptor above those that the child overwrites (0 to 3).
UniqueFd aboveStandard(UniqueFd fd) {
    if (!fd || fd.get() > kStatusDescriptor) {
        return fd;
    }
    return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kStatusDescriptor + 1));
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    result.reserve(strings.size() + 1);
    for (auto& string : strings) {
        result.push_back(string.data());
    }
    result.push_back(nullptr);
    return result;
}

} // namespace

core::Result<std::unique_ptr<Spawn>> Spawn::prepare(SpawnSettings settings) {
    std::unique_ptr<Spawn> spawn(new Spawn(std::move(settings)));
    if (auto allocated = spawn->allocate(); !allocated) {
        return allocated.error().in("cannot start " + spawn->memory_->settings.path);
    }
    return spawn;
}

Spawn::Spawn(SpawnSettings settings) : memory_(std::make_unique<Memory>()) {
    memory_->settings = std::move(settings);
}

Spawn::~Spawn() {
    // Usually the exec is about to happen, and the program then continues.
    while (running_ && !outcome() && hasNews(statusRead_.get())) {
    }
    if (running_) {
        (void)sendSignal(pidfd_.get(), SIGKILL);
        if (!hasNews(-1)) {
            // Stuck in the kernel: the memory that it may still use must be leaked.
            (void)memory_.release(); // NOLINT(bugprone-unused-return-value)
            status_.abandon();
            output_.abandon();
            disownChild(pidfd_.get(), pid_);
            return;
        }
    }
    if (pidfd_) {
        disownChild(pidfd_.get(), pid_);
    }
    if (stack_ != nullptr) {
        ::munmap(stack_, kStackBytes);
    }
}

bool Spawn::hasNews(int status) const {
    constexpr int kPatienceMilliseconds = 100;
    pollfd entries[] = {{pidfd_.get(), POLLIN, 0}, {status, POLLIN, 0}};
    return ::poll(entries, std::size(entries), kPatienceMilliseconds) > 0;
}

core::Result<void> Spawn::allocate() {
    auto& settings = memory_->settings;
    if (settings.output) {
        settings.output = aboveStandard(std::move(settings.output));
        if (!settings.output) {
            return failure("cannot duplicate a descriptor", errno);
        }
    }
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return failure("cannot create a pipe", errno);
    }
    statusRead_.reset(ends[0]);
    statusWrite_ = aboveStandard(UniqueFd(ends[1]));
    if (!statusWrite_) {
        return failure("cannot duplicate a descriptor", errno);
    }
    void* stack = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (stack == MAP_FAILED) {
        return failure("cannot allocate a stack", errno);
    }
    stack_ = stack;
    return {};
}

void Spawn::point() {
    auto& settings = memory_->settings;
    memory_->arguments = pointers(settings.arguments);
    memory_->environment = pointers(settings.environment);
    memory_->program = ChildProgram{
        .path = settings.path.c_str(),
        .arguments = memory_->arguments.data(),
        .environment = memory_->environment.data(),
        .workingDirectory = settings.workingDirectory.c_str(),
        .output = output_ ? output_.get() : -1,
        .outputPath = settings.outputPath ? settings.outputPath->c_str() : nullptr,
        .status = status_.get(),
        .limits = settings.limits.data(),
        .limitCount = settings.limits.size(),
        .changeUser = settings.changeUser,
        .uid = settings.uid,
        .gid = settings.gid,
        .groups = settings.groups.data(),
        .groupCount = settings.groups.size(),
    };
}

core::Result<void> Spawn::start(LowDescriptors& numbers) {
    status_ = numbers.lower(std::move(statusWrite_));
    output_ = numbers.lower(std::move(memory_->settings.output));
    point();
    if (memory_->settings.changeUser && memory_->settings.uid != 0) {
        // For a moment a process of another user shares our memory. That user must neither trace it nor make
        // it dump core, which on older kernels kills every process with the same memory.
        ::prctl(PR_SET_DUMPABLE, 0);
    }
    constexpr int kFlags =
        CLONE_VM | CLONE_FILES | CLONE_PIDFD | SIGCHLD | (kRawSystemCalls ? 0 : CLONE_VFORK);
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int pidfd = -1;
    pid_ =
        ::clone(becomeProgram, static_cast<char*>(stack_) + kStackBytes, kFlags, &memory_->program, &pidfd);
    const int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid_ < 0) {
        return failure("cannot start " + memory_->settings.path + ": cannot make a process", error);
    }
    running_ = true;
    noteOwnChild(pid_);
    pidfd_.reset(pidfd);
    // The kernel tends to place a child on the processor of its parent, where it would wait until we are
    // idle.
    ::sched_yield();
    return {};
}

void Spawn::receive() {
    Message message{};
    for (;;) {
        const ssize_t length = ::read(statusRead_.get(), &message, sizeof message);
        if (length == static_cast<ssize_t>(sizeof message)) {
            if (message.error != 0) {
                failure_ = message;
            }
            // From here on the child has the only write end, so that its closing is seen.
            apart_ = true;
            status_ = {};
            output_ = {};
            continue;
        }
        // End of file: the descriptor is closed after the child has released our memory, at exec or exit.
        running_ = length < 0;
        return;
    }
}

std::optional<core::Result<void>> Spawn::outcome() {
    const bool ended = !apart_ && hasExited(pidfd_.get());
    receive();
    if (ended && !apart_) {
        running_ = false;
        return core::Result<void>(
            core::Error{"cannot start " + memory_->settings.path + ": it was killed before the exec"});
    }
    if (running_) {
        return std::nullopt;
    }
    return failure_ ? core::Result<void>(describe(*failure_)) : core::Result<void>();
}

core::Error Spawn::describe(Message message) const {
    const auto& settings = memory_->settings;
    const std::string start = "cannot start " + settings.path;
    switch (message.step) {
    case Step::session:
        return failure(start + ": cannot create a session", message.error);
    case Step::descriptors:
        return failure(start + ": cannot arrange its descriptors", message.error);
    case Step::limits:
        return failure(start + ": cannot set its resource limits", message.error);
    case Step::groups:
        return failure(start + ": cannot set the groups of user " + settings.userName, message.error);
    case Step::user:
        return failure(start + ": cannot become user " + settings.userName, message.error);
    case Step::workingDirectory:
        return failure(start + ": cannot enter working directory " + settings.workingDirectory,
                       message.error);
    case Step::output: {
        auto error =
            failure(start + ": cannot open output " + settings.outputPath.value_or(""), message.error);
        error.message += confinementHint(message.error);
        return error;
    }
    case Step::exec:
        break;
    }
    return failure(start, message.error);
}

} // namespace healer::runtime
