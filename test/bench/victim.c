/* SPDX-License-Identifier: Apache-2.0 */
/* victim FIFO INDEX: reports the moment that its main() began, and waits to be killed. */
#include "record.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char** argv) {
    struct record record = {.nanoseconds = monotonicNow()};
    if (argc != 3) {
        return 2;
    }
    record.kind = RECORD_BEGAN;
    record.index = atoi(argv[2]);
    record.pid = getpid();
    int fifo = open(argv[1], O_WRONLY | O_CLOEXEC);
    if (fifo < 0 || write(fifo, &record, sizeof record) != (ssize_t)sizeof record) {
        return 1;
    }
    close(fifo);
    for (;;) {
        pause();
    }
}
