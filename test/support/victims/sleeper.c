// SPDX-License-Identifier: Apache-2.0
/* Lives until it is killed, whatever its arguments. */
#include <unistd.h>

int main(void) {
    for (;;) {
        pause();
    }
}
