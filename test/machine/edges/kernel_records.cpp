// SPDX-License-Identifier: Apache-2.0
// In the place of src/monitor/ebpf/kernel_probe.cpp: what the kernel reports of starts and ends.
#include "core/identity.hpp"
#include "machine/machine.hpp"
#include "monitor/ebpf/kernel_probe.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <deque>
#include <set>
#include <utility>

namespace healer::monitor::ebpf {

namespace {

class SimulatedProbe final : public KernelProbe, private machine::Kernel::Observer {
public:
    explicit SimulatedProbe(machine::Machine& machine)
        : machine_(machine), fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        machine_.kernel().observe(*this);
    }
    ~SimulatedProbe() override { machine_.kernel().unobserve(*this); }

    core::Result<void> watch(pid_t pid) override {
        watched_.insert(pid);
        return {};
    }
    void unwatch(pid_t pid) override { watched_.erase(pid); }
    core::Result<void> expect(const std::string& name) override {
        expected_.insert(asKernelCuts(name));
        return {};
    }
    void unexpect(const std::string& name) override { expected_.erase(asKernelCuts(name)); }
    [[nodiscard]] int fd() const override { return fd_.get(); }
    void drain(const std::function<void(const KernelRecord&)>& take) override {
        std::uint64_t count = 0;
        (void)!::read(fd_.get(), &count, sizeof count);
        for (const auto& record : std::exchange(records_, {})) {
            take(record);
        }
    }
    [[nodiscard]] std::size_t capacity() const override { return 1000; }
    [[nodiscard]] std::uint64_t lost() const override { return lost_; }

private:
    void started(const machine::Process& process) override {
        const std::string name = asKernelCuts(std::string(core::baseName(process.path)));
        if (!process.forkedOnly && expected_.contains(name)) {
            write(ExecRecord{process.pid(), name});
        }
    }
    void ended(const machine::Process& process) override {
        if (watched_.contains(process.pid())) {
            ExitRecord record{
                process.key,
                static_cast<std::uint64_t>(machine_.now().time_since_epoch() / std::chrono::milliseconds(10)),
                core::exitFromWaitStatus(process.status)};
            record.exit.sender = process.sender;
            write(std::move(record));
        }
    }
    void write(KernelRecord record) {
        constexpr std::size_t kRarely = 300;
        if (machine_.random().oneIn(kRarely)) {
            ++lost_; // the ring was full
        } else {
            records_.push_back(std::move(record));
        }
        const std::uint64_t one = 1;
        (void)!::write(fd_.get(), &one, sizeof one);
    }

    machine::Machine& machine_;
    runtime::UniqueFd fd_;
    std::set<pid_t> watched_;
    std::set<std::string> expected_;
    std::deque<KernelRecord> records_;
    std::uint64_t lost_ = 0;
};

} // namespace

core::Result<std::unique_ptr<KernelProbe>> KernelProbe::load(runtime::Log& /*log*/, std::size_t /*processes*/,
                                                             Senders /*senders*/) {
    auto& machine = machine::Machine::current();
    if (!machine.faults().ebpf) {
        return core::Error{"this kernel has no eBPF"};
    }
    return std::unique_ptr<KernelProbe>(std::make_unique<SimulatedProbe>(machine));
}

} // namespace healer::monitor::ebpf
