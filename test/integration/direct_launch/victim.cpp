// SPDX-License-Identifier: Apache-2.0
// A program to be started: does what its first argument says.
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

extern char** environ;

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "exit") {
        return argc > 2 ? std::atoi(argv[2]) : 0;
    }
    if (what == "say") {
        for (int i = 2; i < argc; ++i) {
            const std::string line = std::string(argv[i]) + "\n";
            if (write(STDOUT_FILENO, line.data(), line.size()) < 0) {
                return 1;
            }
        }
        return 0;
    }
    if (what == "crash") {
        std::raise(SIGSEGV);
    }
    if (what == "stubborn") {
        std::signal(SIGTERM, SIG_IGN);
    }
    if (what == "family" && fork() == 0) {
        pause();
    }
    if (what == "daemon") { // its PID goes to standard output
        if (fork() != 0) {
            return 0;
        }
        setsid();
        if (fork() != 0) {
            _exit(0);
        }
        const std::string line = std::to_string(getpid()) + "\n";
        if (write(STDOUT_FILENO, line.data(), line.size()) < 0) {
            return 1;
        }
    }
    prctl(PR_SET_NAME, "at-work");
    for (;;) {
        pause();
    }
}
