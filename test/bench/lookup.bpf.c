// SPDX-License-Identifier: Apache-2.0
// The minimum that a program at the exit tracepoint has to do to find out whether the process is watched: one
// look-up.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, __u32);
    __type(value, __u64);
} watched SEC(".maps");

__u64 hits;

SEC("tp_btf/sched_process_exit")
int lookup(void* context) {
    (void)context;
    __u32 pid = (__u32)(bpf_get_current_pid_tgid() >> 32);
    if (bpf_map_lookup_elem(&watched, &pid)) {
        __sync_fetch_and_add(&hits, 1);
    }
    return 0;
}

char lookupLicense[] SEC("license") = "Dual MIT/GPL";
