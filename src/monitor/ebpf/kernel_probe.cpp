// SPDX-License-Identifier: Apache-2.0
#include "monitor/ebpf/kernel_probe.hpp"

#include "monitor/ebpf/libbpf_log.hpp"
#include "process_exit.h"

#include <bpf/bpf.h>
#include <process_exit.skel.h>

#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace healer::monitor::ebpf {

namespace {

static_assert(HEALER_COMM_LENGTH == 16, "asKernelCuts() leaves room for a zero byte");

constexpr std::size_t kBatch = 256;

/// A record of an exit with its header in the ring, and every second time one of an exec.
constexpr std::size_t kBytesPerProcess = (sizeof(healer_record) + 8) * 3 / 2;
/// Unused entries of this table take no memory.
constexpr unsigned kLeastWatched = 16384;
constexpr std::size_t kLeastRingBytes = 256 * 1024UL;

/// The kernel wants a power of two.
std::size_t ringBytesFor(std::size_t processes) {
    return std::bit_ceil(std::max(processes * kBytesPerProcess, kLeastRingBytes));
}

using Comm = std::array<char, HEALER_COMM_LENGTH>;

Comm commOf(const std::string& name) {
    Comm comm{};
    asKernelCuts(name).copy(comm.data(), comm.size());
    return comm;
}

/// Offset that this process's time namespace adds to the boot time that /proc shows.
std::int64_t bootOffsetNs() {
    constexpr std::int64_t kNsPerSecond = 1'000'000'000;
    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/proc/self/timens_offsets", "re"),
                                                     &std::fclose);
    std::array<char, 32> clock{};
    long long seconds = 0;
    long long nanoseconds = 0;
    // NOLINTNEXTLINE(cert-err34-c): written by the kernel
    while (file && std::fscanf(file.get(), "%31s %lld %lld", clock.data(), &seconds, &nanoseconds) == 3) {
        if (std::string_view(clock.data()) == "boottime") {
            return seconds * kNsPerSecond + nanoseconds;
        }
    }
    return 0;
}

/// The inode of this process's PID namespace; 0 for the initial one, which has a fixed number.
unsigned ownPidNamespace() {
    constexpr ino_t kInitial = 0xEFFFFFFC;
    struct stat file {};
    if (::stat("/proc/self/ns/pid", &file) != 0 || file.st_ino == kInitial) {
        return 0;
    }
    return static_cast<unsigned>(file.st_ino);
}

core::Error notLoaded(int error, const LibbpfLog& messages) {
    std::string why;
    if (error == EPERM) { // what the verifier refuses is EACCES
        why = "no permission to load eBPF programs (CAP_BPF and CAP_PERFMON are needed, before Linux 5.8 "
              "CAP_SYS_ADMIN)";
    } else if (::access("/sys/kernel/btf/vmlinux", R_OK) != 0) {
        why = "this kernel has no type information (/sys/kernel/btf/vmlinux is missing)";
    } else {
        why = std::string("the kernel refuses the eBPF programs: ") + std::strerror(error);
        if (!messages.lastWarning().empty()) {
            why += " (" + messages.lastWarning() + ")";
        }
    }
    return core::Error{why};
}

/// The loaded programs and their maps.
struct State {
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        ring_buffer__free(ring);
        process_exit_bpf__destroy(skeleton);
    }

    /// 0, or the error number.
    int open(KernelProbe::Senders senders, std::size_t processes) {
        process_exit_bpf__destroy(skeleton);
        errno = 0;
        skeleton = process_exit_bpf__open();
        if (skeleton == nullptr) {
            return errno;
        }
        skeleton->rodata->pid_namespace = ownPidNamespace();
        ringBytes = ringBytesFor(processes);
        const auto capacity = static_cast<unsigned>(ringBytes / kBytesPerProcess);
        bpf_map__set_max_entries(skeleton->maps.records, static_cast<unsigned>(ringBytes));
        bpf_map__set_max_entries(skeleton->maps.watched, std::max(kLeastWatched, 2 * capacity));
        // Each processor keeps some of its entries for itself.
        bpf_map__set_max_entries(skeleton->maps.senders, 2 * capacity);
        if (senders == KernelProbe::Senders::unknown) {
            bpf_program__set_autoload(skeleton->progs.on_signal, false);
        }
        const int error = process_exit_bpf__load(skeleton);
        return error != 0 ? -error : -process_exit_bpf__attach(skeleton);
    }

    /// Copies only: no exception may pass through libbpf. A full batch makes libbpf stop after this record.
    static int take(void* context, void* data, std::size_t size) {
        auto& self = *static_cast<State*>(context);
        if (size >= sizeof(healer_record)) {
            std::memcpy(&self.batch[self.filled++], data, sizeof(healer_record));
        }
        return self.filled == self.batch.size() ? -ENOBUFS : 0;
    }

    [[nodiscard]] std::uint64_t ticks(std::uint64_t bootNs) const {
        constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
        return (bootNs + static_cast<std::uint64_t>(offsetNs)) / (kNsPerSecond / ticksPerSecond);
    }

    [[nodiscard]] KernelRecord decode(const healer_record& record) const {
        if (record.type == HEALER_RECORD_EXEC) {
            return ExecRecord{record.pid, std::string(record.name, strnlen(record.name, sizeof record.name))};
        }
        core::Exit exit = core::exitFromWaitStatus(record.exit_code);
        if (const healer_sender& by = record.sender; by.signal != 0) {
            core::attribute(
                exit, {by.signal, by.pid, by.uid, std::string(by.name, strnlen(by.name, sizeof by.name))},
                std::chrono::nanoseconds(record.time - by.time));
        }
        return ExitRecord{{record.pid, ticks(record.start_time)}, ticks(record.time), std::move(exit)};
    }

    /// Counts the watched PIDs that share a bit of the kernel's filter.
    void count(pid_t pid, int change) {
        const auto bit = static_cast<unsigned>(pid) % HEALER_FILTER_BITS;
        sharing[bit] += change;
        std::atomic_ref<unsigned char> byte(skeleton->bss->filter[bit / 8]);
        const auto mask = static_cast<unsigned char>(1U << (bit % 8));
        if (sharing[bit] > 0) {
            byte.fetch_or(mask);
        } else {
            byte.fetch_and(static_cast<unsigned char>(~mask));
        }
    }

    process_exit_bpf* skeleton = nullptr;
    std::array<int, HEALER_FILTER_BITS> sharing{};
    ring_buffer* ring = nullptr;
    std::size_t ringBytes = 0;
    std::int64_t offsetNs = bootOffsetNs();
    std::uint64_t ticksPerSecond = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
    std::array<healer_record, kBatch> batch{};
    std::size_t filled = 0;
};

class LibbpfProbe final : public KernelProbe {
public:
    explicit LibbpfProbe(std::unique_ptr<State> state) : state_(std::move(state)) {}

    [[nodiscard]] core::Result<void> watch(pid_t pid) override {
        const unsigned char yes = 1;
        if (bpf_map_update_elem(bpf_map__fd(state_->skeleton->maps.watched), &pid, &yes, BPF_NOEXIST) != 0) {
            if (errno == EEXIST) {
                return {};
            }
            return core::Error{"cannot add process " + std::to_string(pid) +
                               " to the kernel's table: " + std::strerror(errno)};
        }
        state_->count(pid, 1);
        return {};
    }

    void unwatch(pid_t pid) override {
        if (bpf_map_delete_elem(bpf_map__fd(state_->skeleton->maps.watched), &pid) == 0) {
            state_->count(pid, -1);
        }
    }

    [[nodiscard]] core::Result<void> expect(const std::string& name) override {
        const unsigned char yes = 1;
        const auto comm = commOf(name);
        if (bpf_map_update_elem(bpf_map__fd(state_->skeleton->maps.expected), comm.data(), &yes, BPF_ANY) !=
            0) {
            return core::Error{"cannot add the program name " + name +
                               " to the kernel's table: " + std::strerror(errno)};
        }
        return {};
    }

    void unexpect(const std::string& name) override {
        const auto comm = commOf(name);
        bpf_map_delete_elem(bpf_map__fd(state_->skeleton->maps.expected), comm.data());
    }

    [[nodiscard]] int fd() const override { return ring_buffer__epoll_fd(state_->ring); }

    void drain(const std::function<void(const KernelRecord&)>& take) override {
        bool more = true;
        while (more) {
            state_->filled = 0;
            ring_buffer__consume(state_->ring);
            const auto batch = state_->batch;
            const auto filled = state_->filled;
            more = filled == batch.size();
            for (std::size_t index = 0; index < filled; ++index) {
                take(state_->decode(batch[index]));
            }
        }
    }

    [[nodiscard]] std::size_t capacity() const override { return state_->ringBytes / kBytesPerProcess; }

    [[nodiscard]] std::uint64_t lost() const override {
        return *static_cast<const volatile unsigned long long*>(&state_->skeleton->bss->lost);
    }

private:
    std::unique_ptr<State> state_;
};

} // namespace

core::Result<std::unique_ptr<KernelProbe>> KernelProbe::load(runtime::Log& log, std::size_t processes,
                                                             Senders senders) {
    const LibbpfLog messages(log);
    auto state = std::make_unique<State>();
    int error = state->open(senders, processes);
    if (error != 0 && error != EPERM && senders == Senders::known) {
        // Not every kernel lets a program read the sender of a signal.
        error = state->open(Senders::unknown, processes);
        if (error == 0) {
            log.info("eBPF: this kernel does not show who sends a signal");
        }
    }
    if (error != 0) {
        return notLoaded(error, messages);
    }
    state->ring =
        ring_buffer__new(bpf_map__fd(state->skeleton->maps.records), &State::take, state.get(), nullptr);
    if (state->ring == nullptr) {
        return notLoaded(errno, messages);
    }
    // libbpf has read the types of the whole kernel: some megabytes that are no longer needed.
    malloc_trim(0);
    return std::unique_ptr<KernelProbe>(std::make_unique<LibbpfProbe>(std::move(state)));
}

} // namespace healer::monitor::ebpf
