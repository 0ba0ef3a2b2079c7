// SPDX-License-Identifier: Apache-2.0
/* pid_writer FILE: becomes a daemon by a double fork; the daemon replaces FILE by its PID and lives on. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char** argv) {
    char name[4096];
    FILE* file;
    if (argc < 2 || fork() != 0) {
        _exit(argc < 2);
    }
    setsid();
    if (fork() != 0) {
        _exit(0);
    }
    snprintf(name, sizeof(name), "%s.new", argv[1]);
    file = fopen(name, "w");
    if (!file || fprintf(file, "%d\n", (int)getpid()) < 0 || fclose(file) != 0 ||
        rename(name, argv[1]) != 0) {
        abort();
    }
    for (;;) {
        pause();
    }
}
