// SPDX-License-Identifier: Apache-2.0
// demo_counter PID_FILE: a program worth watching. It writes its PID file, prints when it began, and then a
// heartbeat every second until SIGTERM or SIGINT ends it.
#include <csignal>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include <unistd.h>

namespace {

volatile std::sig_atomic_t stopRequested = 0;

long long monotonicNanoseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<long long>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

/// Writes it under another name first, so that a reader never sees half a PID.
bool writePidFile(const std::filesystem::path& path) {
    const std::filesystem::path temporary = path.string() + ".new";
    {
        std::ofstream file(temporary);
        file << getpid() << '\n';
        if (!file.flush()) {
            return false;
        }
    }
    std::error_code error;
    std::filesystem::rename(temporary, path, error);
    return !error;
}

} // namespace

int main(int argc, char** argv) {
    const long long began = monotonicNanoseconds();
    if (argc != 2) {
        std::fputs("usage: demo_counter PID_FILE\n", stderr);
        return 2;
    }
    std::signal(SIGTERM, [](int) { stopRequested = 1; });
    std::signal(SIGINT, [](int) { stopRequested = 1; });
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    std::printf("demo_counter %d began at %lld ns\n", getpid(), began);
    if (!writePidFile(argv[1])) {
        std::fprintf(stderr, "demo_counter: cannot write the PID file %s\n", argv[1]);
        return 1;
    }
    const timespec second{.tv_sec = 1, .tv_nsec = 0};
    for (unsigned beat = 1; stopRequested == 0; ++beat) {
        std::printf("demo_counter %d heartbeat %u\n", getpid(), beat);
        clock_nanosleep(CLOCK_MONOTONIC, 0, &second, nullptr);
    }
    std::error_code ignored;
    std::filesystem::remove(argv[1], ignored);
    return 0;
}
