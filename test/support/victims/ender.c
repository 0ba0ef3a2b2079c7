// SPDX-License-Identifier: Apache-2.0
/* ender HOW: ends in the requested way on SIGUSR1.
 *   exit N        exit status N
 *   kill          by its own SIGKILL
 *   abort         by SIGABRT, with a core dump if limits allow one
 *   leader-first  the first thread ends at once; SIGUSR1 lets the other exit the process with status 7
 *   last-worker   the first thread ends with status 0 at once; SIGUSR1 lets the other end as a mere thread
 *   nine          nine threads end at the same moment, each as a mere thread
 *   thread-exec   a second thread turns the process into: ender exit 9 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_barrier_t barrier;
static const char* self;

static void wait_for_signal(void) {
    sigset_t set;
    int signal = 0;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigwait(&set, &signal);
}

static void* exit_seven(void* unused) {
    (void)unused;
    wait_for_signal();
    exit(7);
}

static void* end_thread(void* unused) {
    (void)unused;
    wait_for_signal();
    syscall(SYS_exit, 0);
    return NULL;
}

static void* end_together(void* unused) {
    (void)unused;
    pthread_barrier_wait(&barrier);
    syscall(SYS_exit, 0);
    return NULL;
}

static void* exec_other(void* unused) {
    (void)unused;
    wait_for_signal();
    execl(self, self, "exit", "9", (char*)NULL);
    abort();
}

static void run_thread(void* (*body)(void*)) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, NULL) != 0) {
        abort();
    }
}

int main(int argc, char** argv) {
    const char* how = argc > 1 ? argv[1] : "";
    sigset_t set;
    self = argv[0];
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);

    if (strcmp(how, "leader-first") == 0) {
        run_thread(exit_seven);
        syscall(SYS_exit, 0);
    } else if (strcmp(how, "last-worker") == 0) {
        run_thread(end_thread);
        syscall(SYS_exit, 0);
    } else if (strcmp(how, "nine") == 0) {
        pthread_barrier_init(&barrier, NULL, 9);
        for (int i = 0; i < 8; i++) {
            run_thread(end_together);
        }
        wait_for_signal();
        end_together(NULL);
    } else if (strcmp(how, "thread-exec") == 0) {
        run_thread(exec_other);
        for (;;) {
            pause();
        }
    }
    wait_for_signal();
    if (strcmp(how, "kill") == 0) {
        raise(SIGKILL);
    }
    if (strcmp(how, "abort") == 0) {
        const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
        setrlimit(RLIMIT_CORE, &unlimited);
        abort();
    }
    return argc > 2 ? atoi(argv[2]) : 0;
}
