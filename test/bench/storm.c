/* SPDX-License-Identifier: Apache-2.0 */
/* storm COUNT: runs that many short-lived processes; prints the nanoseconds for one. */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv) {
    int count = argc == 2 ? atoi(argv[1]) : 0;
    if (count <= 0) {
        return 2;
    }
    int64_t begin = monotonicNow();
    for (volatile int i = 0; i < count; i++) {
        pid_t pid = vfork();
        if (pid == 0) {
            _exit(0);
        }
        if (pid < 0 || waitpid(pid, NULL, 0) != pid) {
            return 1;
        }
    }
    printf("%lld\n", (long long)((monotonicNow() - begin) / count));
    return 0;
}
