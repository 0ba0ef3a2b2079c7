// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "runtime/pidfd.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace healer::test {

/// A program that a test runs. It is killed and reaped at the end of its scope.
class Child {
public:
    struct Options {
        uid_t uid = 0;
        pid_t pid = 0; ///< forced PID, which must be free; 0 for any
    };

    explicit Child(std::vector<std::string> argv) : Child(std::move(argv), Options{}) {}

    /// Returns when the program has been executed.
    Child(std::vector<std::string> argv, Options options) {
        int ready[2] = {-1, -1}; // closed by the successful exec
        if (pipe2(ready, O_CLOEXEC) != 0) {
            throw std::runtime_error("no pipe");
        }
        pid_ = options.pid == 0 ? fork() : forkAs(options.pid);
        if (pid_ < 0) {
            throw std::runtime_error("cannot fork: " + std::string(std::strerror(errno)));
        }
        if (pid_ == 0) {
            std::vector<char*> raw;
            for (auto& word : argv) {
                raw.push_back(word.data());
            }
            raw.push_back(nullptr);
            // The victim must not meet its signal before it is ready for it, and not outlive a test that
            // breaks down.
            sigset_t blocked;
            sigemptyset(&blocked);
            sigaddset(&blocked, SIGUSR1);
            sigprocmask(SIG_BLOCK, &blocked, nullptr);
            if (options.uid == 0 || setresuid(options.uid, options.uid, options.uid) == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                execv(raw.front(), raw.data());
            }
            const int error = errno;
            (void)!write(ready[1], &error, sizeof(error));
            _exit(127);
        }
        close(ready[1]);
        int error = 0;
        const bool failed = read(ready[0], &error, sizeof(error)) > 0;
        close(ready[0]);
        if (failed) {
            throw std::runtime_error("cannot run " + argv.front());
        }
        key_ = runtime::keyOfPid(pid_).orNone().value_or(core::ProcessKey{});
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            reap();
        }
    }

    [[nodiscard]] core::ProcessKey key() const { return key_; }
    void kill(int signal) const { ::kill(pid_, signal); }
    /// Waits for its end and takes it away, so that its PID is free.
    int reap() {
        int status = 0;
        waitpid(std::exchange(pid_, -1), &status, 0);
        return status;
    }

private:
    /// As fork(2), with a PID of our choice, which no other process on the machine can snatch away in
    /// between.
    static pid_t forkAs(pid_t pid) {
        clone_args args{};
        args.exit_signal = SIGCHLD;
        args.set_tid = reinterpret_cast<std::uintptr_t>(&pid);
        args.set_tid_size = 1;
        return static_cast<pid_t>(syscall(SYS_clone3, &args, sizeof(args)));
    }

    pid_t pid_ = -1;
    core::ProcessKey key_;
};

} // namespace healer::test
