// SPDX-License-Identifier: Apache-2.0
#include "runtime/own_process.hpp"

#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace healer::runtime {

namespace {

/// Only text, which is never written to. Read-only data may hold relocations, which would be lost.
int dropText(dl_phdr_info* object, std::size_t, void*) {
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const auto& segment = object->dlpi_phdr[i];
        if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0 && (segment.p_flags & PF_W) == 0) {
            const std::uintptr_t begin = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
            const std::uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
            // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader gives addresses as numbers
            (void)madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
        }
    }
    return 0;
}

} // namespace

void openMissingStandardStreams() {
    for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(number, F_GETFD) < 0) {
            // The lowest free number is this one. It stays open, also across exec.
            (void)::open("/dev/null", O_RDWR); // NOLINT(android-cloexec-open)
        }
    }
}

void returnIdleMemory() {
    malloc_trim(0);
    dl_iterate_phdr(dropText, nullptr);
}

} // namespace healer::runtime
