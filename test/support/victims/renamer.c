// SPDX-License-Identifier: Apache-2.0
/* A daemon that shows another name than its file's. */
#include <sys/prctl.h>
#include <unistd.h>

int main(void) {
    prctl(PR_SET_NAME, "something-else");
    for (;;) {
        pause();
    }
}
