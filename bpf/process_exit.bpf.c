// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
#include <asm-generic/siginfo.h>
#include <asm-generic/signal.h>
#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "process_exit.h"

/* Only what is read of the kernel's types; CO-RE finds the fields of the running kernel by their names. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
    unsigned int inum;
};

struct pid_namespace {
    struct ns_common ns;
};

struct upid {
    int nr;
    struct pid_namespace* ns;
};

struct pid {
    unsigned int level;
    struct upid numbers[1];
};

typedef struct {
    int counter;
} atomic_t;

struct signal_struct {
    atomic_t live;
    unsigned int flags;
    int group_exit_code;
    struct pid* pids[2];
};

struct task_struct {
    int tgid;
    int exit_code;
    unsigned long long start_boottime;
    struct task_struct* group_leader;
    struct signal_struct* signal;
};

#pragma clang attribute pop

/* As the kernel passes it, with its first three members only. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct kernel_siginfo {
    int si_signo;
    int si_errno;
    int si_code;
};
#pragma clang attribute pop

#define SIGNAL_GROUP_EXIT 0x4
#define PIDTYPE_TGID 1
#define TRACE_SIGNAL_DELIVERED 0
#define MAX_PID_NS_LEVEL 32

/* Inode of Healer's PID namespace; 0 when that is the initial one, in which task_struct::tgid is the PID. */
const volatile unsigned int pid_namespace = 0;

/* Bit (PID modulo HEALER_FILTER_BITS) is set for each watched PID. Most exits are of unwatched processes, and
 * testing a cached bit takes a fraction of the time of a table look-up. */
unsigned char filter[HEALER_FILTER_BITS / 8] = {};

/* Number of records that did not fit into the ring. */
unsigned long long lost = 0;

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} records SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 16384);
    __type(key, int);
    __type(value, unsigned char);
} watched SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 16384);
    __type(key, char[HEALER_COMM_LENGTH]);
    __type(value, unsigned char);
} expected SEC(".maps");

/* The last signals sent to watched processes. Unused entries are evicted when others need the space. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 1024);
    __type(key, int);
    __type(value, struct healer_sender);
} senders SEC(".maps");

/* The PID in Healer's namespace, or 0 if it has none there. */
static __always_inline int own_number(struct pid* pid) {
    unsigned int level = BPF_CORE_READ(pid, level);

    for (unsigned int i = 1; i < MAX_PID_NS_LEVEL && i <= level; i++) {
        /* numbers[] is as long as the level is deep, so its elements are found by address. */
        const void* at = (const void*)__builtin_preserve_access_index(&pid->numbers[0]) +
                         i * bpf_core_type_size(struct upid);
        const struct upid* number = at;
        if (BPF_CORE_READ(number, ns, ns.inum) == pid_namespace) {
            return BPF_CORE_READ(number, nr);
        }
    }
    return 0;
}

/* The PID in Healer's namespace, or 0 where the process is not visible in it. */
static __always_inline int own_pid(struct task_struct* task) {
    return pid_namespace == 0 ? task->tgid : own_number(task->signal->pids[PIDTYPE_TGID]);
}

static __always_inline int current_pid(void) {
    struct task_struct* current;

    if (pid_namespace == 0) {
        return bpf_get_current_pid_tgid() >> 32;
    }
    current = (struct task_struct*)bpf_get_current_task();
    return own_number(BPF_CORE_READ(current, signal, pids[PIDTYPE_TGID]));
}

static __always_inline int may_be_watched(int pid) {
    unsigned int bit = (unsigned int)pid % HEALER_FILTER_BITS;

    return pid != 0 && (filter[bit / 8] & (1U << (bit % 8)));
}

/* Moves what is known of the sender into the record. */
static __always_inline void take_sender(int pid, struct healer_record* record) {
    struct healer_sender* sender = bpf_map_lookup_elem(&senders, &pid);

    if (!sender) {
        return;
    }
    if (sender->start_time == record->start_time) {
        record->sender = *sender;
    }
    bpf_map_delete_elem(&senders, &pid);
}

static __always_inline void submit(unsigned int type, int pid, struct task_struct* task, int exit_code,
                                   const char* name) {
    struct healer_record* record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);

    if (!record) {
        __sync_fetch_and_add(&lost, 1);
        return;
    }
    record->type = type;
    record->pid = pid;
    record->start_time = task->group_leader->start_boottime;
    record->time = bpf_ktime_get_boot_ns();
    record->exit_code = exit_code;
    record->reserved = 0;
    __builtin_memcpy(record->name, name, HEALER_COMM_LENGTH);
    __builtin_memset(&record->sender, 0, sizeof(record->sender));
    if (type == HEALER_RECORD_EXIT) {
        take_sender(pid, record);
    }
    bpf_ringbuf_submit(record, 0);
}

/* The status that wait(2) will return: that of the whole group if there is one, else that of the first
 * thread, whichever thread is the last to exit. */
static __always_inline int wait_status(struct task_struct* task) {
    struct signal_struct* signal = task->signal;

    if (signal->flags & SIGNAL_GROUP_EXIT) {
        return signal->group_exit_code;
    }
    return task->group_leader->exit_code;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct* task) {
    const char no_name[HEALER_COMM_LENGTH] = {};
    int pid;

    if (task->signal->live.counter != 0) {
        return 0;
    }
    pid = own_pid(task);
    if (!may_be_watched(pid) || !bpf_map_lookup_elem(&watched, &pid)) {
        return 0;
    }
    submit(HEALER_RECORD_EXIT, pid, task, wait_status(task), no_name);
    return 0;
}

/* Signals that end no process, unless it asks for that. */
static __always_inline int is_harmless(int signal) {
    return signal == SIGCHLD || signal == SIGCONT || signal == SIGURG || signal == SIGWINCH ||
           signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* Who it was: only of signals that a process sent on purpose, to another one, and that were not discarded. */
SEC("tp_btf/signal_generate")
int BPF_PROG(on_signal, int signal, struct kernel_siginfo* info, struct task_struct* task, int group,
             int result) {
    struct healer_sender sender = {};
    struct healer_sender* before;
    int pid;
    int code;

    if (is_harmless(signal) || result != TRACE_SIGNAL_DELIVERED) {
        return 0;
    }
    pid = own_pid(task);
    if (!may_be_watched(pid) || task->tgid == (int)(bpf_get_current_pid_tgid() >> 32) ||
        !bpf_map_lookup_elem(&watched, &pid)) {
        return 0;
    }
    /* 0 and 1 stand for "the kernel", so newer verifiers do not treat it as a pointer. */
    if ((unsigned long)info <= 1) {
        return 0;
    }
    code = BPF_CORE_READ(info, si_code);
    if (code != SI_USER && code != SI_QUEUE && code != SI_TKILL) {
        return 0;
    }
    sender.start_time = task->group_leader->start_boottime;
    before = bpf_map_lookup_elem(&senders, &pid);
    if (before && before->signal == SIGKILL && before->start_time == sender.start_time) {
        return 0; /* a later signal has no effect */
    }
    sender.time = bpf_ktime_get_boot_ns();
    sender.signal = signal;
    sender.pid = current_pid();
    sender.uid = (unsigned int)bpf_get_current_uid_gid();
    bpf_get_current_comm(sender.name, sizeof(sender.name));
    bpf_map_update_elem(&senders, &pid, &sender, BPF_ANY);
    return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct* task) {
    char comm[HEALER_COMM_LENGTH] = {};
    int pid;

    /* From the helper, which pads with zeros; task_struct::comm may hold remains of earlier names. */
    bpf_get_current_comm(comm, sizeof(comm));
    if (!bpf_map_lookup_elem(&expected, comm)) {
        return 0;
    }
    pid = own_pid(task);
    if (pid != 0) {
        submit(HEALER_RECORD_EXEC, pid, task, 0, comm);
    }
    return 0;
}

char kernel_license[] SEC("license") = "GPL";
