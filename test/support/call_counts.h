/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Number of calls so far, of a program into which call_counter.c is preloaded. */
struct call_counts {
    unsigned long long waits; /* of epoll_wait */
    unsigned long long ready; /* descriptors that these have shown */
    unsigned long long registrations;
    unsigned long long reads;
    unsigned long long opens;
};
