// SPDX-License-Identifier: Apache-2.0
#include "daemon/daemonize.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace healer::daemon {

namespace {

void check(int result, const char* what) {
    if (result < 0) {
        throw std::system_error(errno, std::generic_category(), what);
    }
}

/// The report is one byte of exit code, followed by the reason.
[[noreturn]] void waitForReport(int pipe) {
    std::string report;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t count = read(pipe, buffer.data(), buffer.size());
        if (count > 0) {
            report.append(buffer.data(), static_cast<std::size_t>(count));
        } else if (count == 0 || errno != EINTR) {
            break;
        }
    }
    if (report.empty()) {
        std::fputs("healer: the daemon ended before it was ready; see its log\n", stderr);
        _exit(EXIT_FAILURE);
    }
    const int code = static_cast<unsigned char>(report[0]);
    if (report.size() > 1) {
        std::fprintf(stderr, "healer: %s\n", report.c_str() + 1);
    }
    _exit(code);
}

void detachStandardStreams() {
    const runtime::UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (null) {
        dup2(null.get(), STDIN_FILENO);
        dup2(null.get(), STDOUT_FILENO);
        dup2(null.get(), STDERR_FILENO);
    }
}

} // namespace

void StartupReport::ready() {
    if (pipe_) {
        detachStandardStreams();
        const char code = 0;
        (void)!write(pipe_.get(), &code, 1);
        pipe_.reset();
    }
}

void StartupReport::failed(const std::string& reason, int exitCode) {
    if (pipe_) {
        const std::string report = std::string(1, static_cast<char>(exitCode)) + reason;
        (void)!write(pipe_.get(), report.data(), report.size());
        pipe_.reset();
    } else {
        std::fprintf(stderr, "healer: %s\n", reason.c_str());
    }
}

StartupReport daemonize() {
    std::array<int, 2> ends{};
    check(pipe2(ends.data(), O_CLOEXEC), "cannot make a pipe");
    runtime::UniqueFd readEnd(ends[0]);
    runtime::UniqueFd writeEnd(ends[1]);
    const pid_t child = fork();
    check(child, "cannot fork");
    if (child > 0) {
        writeEnd.reset();
        waitForReport(readEnd.get());
    }
    readEnd.reset();
    check(setsid(), "cannot make a session");
    // A second fork, so that the daemon is no session leader and can never get a controlling terminal.
    const pid_t grandchild = fork();
    check(grandchild, "cannot fork");
    if (grandchild > 0) {
        _exit(EXIT_SUCCESS);
    }
    return StartupReport(std::move(writeEnd));
}

} // namespace healer::daemon
