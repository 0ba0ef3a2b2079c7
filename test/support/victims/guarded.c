// SPDX-License-Identifier: Apache-2.0
// guarded DIRECTORY NAME [stop=MS] [ready=MS] [daemon=PID_FILE]: lives until it is killed, holds a lock on
// DIRECTORY/NAME.lock, and adds a line to DIRECTORY/duplicates when another copy holds that. SIGUSR1 ends it
// with status 0.
//   stop    on SIGTERM it ends that much later, with status 0
//   ready   it reports READY=1 to systemd after that time
//   daemon  it puts itself into the background, and writes its PID file before the first process ends
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static useconds_t stop_delay;

static void end_well(int signal) {
    if (signal == SIGTERM) {
        usleep(stop_delay);
    }
    _exit(0);
}

static void add_line(const char* path, const char* name, int flags) {
    char text[128];
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
    int length = snprintf(text, sizeof(text), "%s%d\n", name, (int)getpid());
    if (fd < 0 || write(fd, text, (size_t)length) != length) {
        _exit(1);
    }
    close(fd);
}

/* The lock is held until the process has ended. */
static void guard(const char* directory, const char* name) {
    char path[256];
    snprintf(path, sizeof(path), "%s/%s.lock", directory, name);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        char text[128];
        snprintf(path, sizeof(path), "%s/duplicates", directory);
        snprintf(text, sizeof(text), "%s ", name);
        add_line(path, text, O_APPEND);
        (void)flock(fd, LOCK_EX);
    }
}

static void report_ready(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char* path = getenv("NOTIFY_SOCKET");
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (path == NULL || fd < 0 || strlen(path) >= sizeof(address.sun_path)) {
        _exit(1);
    }
    strcpy(address.sun_path, path);
    if (path[0] == '@') {
        address.sun_path[0] = 0;
    }
    (void)sendto(fd, "READY=1", 7, 0, (struct sockaddr*)&address, sizeof(address));
    close(fd);
}

/* Returns in the daemon; the first process ends when the daemon has closed the pipe that is returned. */
static int daemonise(void) {
    char byte;
    int ready[2];
    if (pipe(ready) != 0) {
        _exit(1);
    }
    if (fork() != 0) {
        close(ready[1]);
        _exit(read(ready[0], &byte, 1) < 0);
    }
    close(ready[0]);
    setsid();
    if (fork() != 0) {
        _exit(0);
    }
    return ready[1];
}

int main(int argc, char** argv) {
    const char* pid_file = NULL;
    long ready_delay = -1;
    int first = -1;

    if (argc < 3) {
        return 2;
    }
    signal(SIGUSR1, end_well);
    for (int i = 3; i < argc; i++) {
        if (strncmp(argv[i], "stop=", 5) == 0) {
            stop_delay = (useconds_t)atoi(argv[i] + 5) * 1000;
            signal(SIGTERM, end_well);
        } else if (strncmp(argv[i], "ready=", 6) == 0) {
            ready_delay = atol(argv[i] + 6);
        } else if (strncmp(argv[i], "daemon=", 7) == 0) {
            pid_file = argv[i] + 7;
        }
    }
    if (pid_file != NULL) {
        first = daemonise();
    }
    guard(argv[1], argv[2]);
    if (pid_file != NULL) {
        add_line(pid_file, "", O_TRUNC);
        close(first);
    }
    if (ready_delay >= 0) {
        usleep((useconds_t)ready_delay * 1000);
        report_ready();
    }
    for (;;) {
        pause();
    }
}
