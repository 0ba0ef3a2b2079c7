/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel programs and Healer share: the record in the ring buffer and the keys of the maps. */
#ifndef HEALER_PROCESS_EXIT_H
#define HEALER_PROCESS_EXIT_H

/* Length of task_struct::comm, its closing zero included. */
#define HEALER_COMM_LENGTH 16

#define HEALER_FILTER_BITS 4096

/* In the style of the kernel, whose side is C. NOLINTBEGIN(readability-identifier-naming) */
enum healer_record_type {
    HEALER_RECORD_EXIT = 1, /* the last thread of a watched process has ended */
    HEALER_RECORD_EXEC = 2, /* a program with an expected name was started; only a hint */
};

/* Times are nanoseconds of CLOCK_BOOTTIME in the initial time namespace. Fixed width, no holes. */

/* Who sent a process its last signal. */
struct healer_sender {
    unsigned long long start_time; /* of the process that it was sent to */
    unsigned long long time;       /* when */
    int signal;                    /* which; 0: none is known */
    int pid;                       /* of the sender in Healer's own PID namespace; 0 where it is not in it */
    unsigned int uid;
    unsigned int reserved;
    char name[HEALER_COMM_LENGTH];
};

struct healer_record {
    unsigned int type;
    int pid; /* in Healer's own PID namespace */
    unsigned long long start_time;
    unsigned long long time; /* of the event */
    int exit_code;           /* wait status; 0 in HEALER_RECORD_EXEC */
    unsigned int reserved;
    char name[HEALER_COMM_LENGTH]; /* of the program, in HEALER_RECORD_EXEC */
    struct healer_sender sender;   /* in HEALER_RECORD_EXIT */
};
/* NOLINTEND(readability-identifier-naming) */

#endif
