// SPDX-License-Identifier: Apache-2.0
#include "runtime/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <initializer_list>

namespace healer::runtime {

void openMissingStandardStreams() {
    for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(number, F_GETFD) < 0) {
            // The lowest free number is this one. It stays open, also across an exec.
            (void)::open("/dev/null", O_RDWR); // NOLINT(android-cloexec-open)
        }
    }
}

} // namespace healer::runtime
