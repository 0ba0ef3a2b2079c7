/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>
#include <time.h>

enum recordKind { RECORD_BEGAN = 0, RECORD_NOTICED = 1 };

/* What victims and the floor write to the FIFO of a measurement; arena.py reads it. */
struct record {
    uint32_t kind;
    int32_t index;
    int64_t pid;
    int64_t nanoseconds; /* CLOCK_MONOTONIC */
};

static inline int64_t monotonicNow(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
