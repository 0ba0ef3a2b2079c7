// SPDX-License-Identifier: Apache-2.0
#include "runtime/own_memory.hpp"

#include <malloc.h>
#include <sys/mman.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

namespace healer::runtime {

namespace {

/// Only text: it is never written to, so nothing is lost. Read-only data may be relocated, and would be.
void dropProgramText() {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        char access[5] = {};
        std::uint64_t inode = 0;
        if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %" SCNu64, &begin, &end, access,
                        &inode) == 4 &&
            std::strcmp(access, "r-xp") == 0 && inode != 0) {
            (void)madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
        }
    }
}

} // namespace

void returnIdleMemory() {
    malloc_trim(0);
    dropProgramText();
}

} // namespace healer::runtime
