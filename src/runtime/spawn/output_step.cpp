// SPDX-License-Identifier: Apache-2.0
#include "runtime/spawn/output_step.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace healer::runtime {

namespace {

constexpr int kExecFailed = 203;
constexpr int kOutputFailed = 209;
constexpr int kArgumentsBefore = 3; // healer --append-output FILE

int failed(const char* what, const char* path, const char* why, int status) {
    std::fprintf(stderr, "%s %s: %s\n", what, path, why);
    return status;
}

} // namespace

std::vector<std::string> outputStepFor(const std::string& output, const std::vector<std::string>& arguments) {
    constexpr std::string_view kDeleted = " (deleted)"; // by an upgrade; the new one is at the same place
    std::error_code error;
    std::string self = std::filesystem::read_symlink("/proc/self/exe", error).string();
    if (self.ends_with(kDeleted)) {
        self.resize(self.size() - kDeleted.size());
    }
    if (self.empty()) {
        return {};
    }
    std::vector<std::string> step{self, kOutputStep, output};
    step.insert(step.end(), arguments.begin(), arguments.end());
    return step;
}

int becomeWithOutput(int argc, char** argv) {
    if (argc <= kArgumentsBefore) {
        return failed("cannot start", "a program", "it is not given", kExecFailed);
    }
    constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    const char* output = argv[2];
    const int file = ::open(output, kFlags, 0640);
    struct stat found {};
    if (file < 0 || ::fstat(file, &found) != 0) {
        return failed("cannot open output", output, std::strerror(errno), kOutputFailed);
    }
    if (!S_ISREG(found.st_mode) && !S_ISCHR(found.st_mode)) {
        return failed("cannot open output", output, "it is neither a file nor a character device",
                      kOutputFailed);
    }
    const int journal = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (::fcntl(file, F_SETFL, O_APPEND) != 0 || ::dup2(file, STDOUT_FILENO) < 0 ||
        ::dup2(file, STDERR_FILENO) < 0) {
        return failed("cannot use output", output, std::strerror(errno), kOutputFailed);
    }
    ::execv(argv[kArgumentsBefore], argv + kArgumentsBefore);
    const int error = errno;
    if (journal >= 0) {
        ::dup2(journal, STDERR_FILENO);
    }
    return failed("cannot start", argv[kArgumentsBefore], std::strerror(error), kExecFailed);
}

} // namespace healer::runtime
