// SPDX-License-Identifier: Apache-2.0
// daemoniser PID_FILE before|after MILLISECONDS [LOG]: puts itself into the background as daemons do (fork,
// setsid, fork), and writes its PID file before or after the first process has ended, which it does that much
// later. Each daemon adds a line to LOG.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void write_number(const char* path, int flags) {
    char text[16];
    int fd = open(path, O_WRONLY | O_CREAT | flags, 0644);
    int length = snprintf(text, sizeof text, "%d\n", (int)getpid());
    if (fd < 0 || write(fd, text, (size_t)length) != length) {
        _exit(1);
    }
    close(fd);
}

int main(int argc, char** argv) {
    if (argc < 4) {
        return 2;
    }
    const int early = strcmp(argv[2], "before") == 0;
    const useconds_t delay = (useconds_t)atoi(argv[3]) * 1000;
    int ready[2];
    if (pipe(ready) != 0) {
        return 1;
    }
    if (fork() != 0) {
        char byte;
        close(ready[1]);
        if (read(ready[0], &byte, 1) < 0) {
            return 1;
        }
        usleep(delay);
        return 0;
    }
    close(ready[0]);
    setsid();
    if (fork() != 0) {
        _exit(0);
    }
    if (argc > 4) {
        write_number(argv[4], O_APPEND);
    }
    if (early) {
        write_number(argv[1], O_TRUNC);
        close(ready[1]);
    } else {
        close(ready[1]);
        usleep(delay + 20000);
        write_number(argv[1], O_TRUNC);
    }
    sigset_t none;
    sigemptyset(&none);
    for (;;) {
        (void)sigsuspend(&none);
    }
}
