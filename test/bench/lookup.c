/* SPDX-License-Identifier: Apache-2.0 */
/* lookup OBJECT: loads lookup.bpf.o with 1,000 watched PIDs that do not exist, says "ready", and waits. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <stdio.h>
#include <unistd.h>

int main(int argc, char** argv) {
    struct bpf_object* object = argc == 2 ? bpf_object__open_file(argv[1], NULL) : NULL;
    if (object == NULL || bpf_object__load(object) != 0) {
        return 1;
    }
    struct bpf_link* link = bpf_program__attach(bpf_object__find_program_by_name(object, "lookup"));
    if (link == NULL) {
        return 1;
    }
    int watched = bpf_object__find_map_fd_by_name(object, "watched");
    for (__u32 i = 0; i < 1000; i++) {
        __u32 pid = 0x40000000U + i;
        __u64 value = i;
        if (bpf_map_update_elem(watched, &pid, &value, BPF_ANY) != 0) {
            return 1;
        }
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        pause();
    }
}
