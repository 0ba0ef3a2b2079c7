/* SPDX-License-Identifier: Apache-2.0 */
/* floor FIFO COUNT VICTIM: the least that a supervisor can do. Starts COUNT victims and starts each again
   when it ends. Also reports when it noticed an end, after the new start, so that this costs the measurement
   nothing. */
#include "record.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PID_LIMIT = 1 << 22 };
static short indexOf[PID_LIMIT];
extern char** environ;

static void start(char* victim, char* fifo, int index) {
    char number[16];
    snprintf(number, sizeof number, "%d", index);
    char* arguments[] = {victim, fifo, number, NULL};
    pid_t pid = 0;
    if (posix_spawn(&pid, victim, NULL, NULL, arguments, environ) != 0 || pid >= PID_LIMIT) {
        perror("posix_spawn");
        exit(1);
    }
    indexOf[pid] = (short)index;
}

int main(int argc, char** argv) {
    if (argc != 4) {
        return 2;
    }
    int count = atoi(argv[2]);
    for (int i = 0; i < count; i++) {
        start(argv[3], argv[1], i);
    }
    int fifo = open(argv[1], O_WRONLY | O_CLOEXEC);
    for (;;) {
        pid_t pid = waitpid(-1, NULL, 0);
        if (pid < 0) {
            return 1;
        }
        struct record record = {.kind = RECORD_NOTICED, .pid = pid, .nanoseconds = monotonicNow()};
        record.index = indexOf[pid];
        start(argv[3], argv[1], record.index);
        if (write(fifo, &record, sizeof record) < 0) {
            return 1;
        }
    }
}
