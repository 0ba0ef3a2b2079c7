// SPDX-License-Identifier: Apache-2.0
#include "runtime/spawn/oom_score.hpp"

#include "runtime/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <string>

namespace healer::runtime {

bool oomScoreIsLowered() {
    const UniqueFd fd(::open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC));
    char first = '0';
    return fd && ::read(fd.get(), &first, 1) == 1 && first == '-';
}

void resetOomScore(pid_t pid) {
    const std::string path = "/proc/" + std::to_string(pid) + "/oom_score_adj";
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (fd) {
        (void)!::write(fd.get(), "0", 1);
    }
}

} // namespace healer::runtime
