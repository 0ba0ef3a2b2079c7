// SPDX-License-Identifier: Apache-2.0
/* A daemon that replaces its arguments by a title: `titler HOW ...`. */
#define _GNU_SOURCE /* environ */
#include <string.h>
#include <unistd.h>

int main(int argc, char** argv) {
    char* last = argv[argc - 1];
    char* end = last + strlen(last) + 1;
    char how = argv[1][0];

    if (how == 'p') { /* padded with zeros, as redis and php-fpm do */
        memset(argv[0], 0, (size_t)(end - argv[0]));
        strcpy(argv[0], "titler: master");
    } else if (how == 'c') { /* what is behind the title is left as it is */
        strcpy(argv[0], "titler: x");
    } else { /* longer than the arguments: on into the environment, as nginx does */
        memset(argv[0], 'x', (size_t)(end - argv[0]));
        memcpy(argv[0], "titler: ", 8);
        if (environ[0] == end) {
            end[0] = 0;
        } else {
            end[-1] = 0;
        }
    }
    for (;;) {
        pause();
    }
}
