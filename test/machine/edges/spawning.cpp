// SPDX-License-Identifier: Apache-2.0
// In the place of src/runtime/spawn/spawn.cpp: programs that Healer itself starts.
#include "machine/machine.hpp"
#include "runtime/pidfd.hpp"
#include "runtime/spawn/spawn.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace healer::runtime {

namespace {

machine::Machine& machine() {
    return machine::Machine::current();
}

} // namespace

core::Result<std::unique_ptr<Spawn>> Spawn::prepare(SpawnSettings settings) {
    if (machine().now() < machine().faults().noDescriptors) {
        return core::Error{"cannot start " + settings.path + ": out of descriptors",
                           core::ErrorKind::impeded};
    }
    std::unique_ptr<Spawn> spawn(new Spawn(std::move(settings)));
    (void)spawn->allocate();
    return spawn;
}

Spawn::Spawn(SpawnSettings settings) : memory_(std::make_unique<Memory>()) {
    memory_->settings = std::move(settings);
}

Spawn::~Spawn() = default;

core::Result<void> Spawn::allocate() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return core::Error{"out of real descriptors"};
    }
    statusRead_.reset(ends[0]);
    statusWrite_.reset(ends[1]);
    return {};
}

core::Result<void> Spawn::start(LowDescriptors& /*numbers*/) {
    const auto& settings = memory_->settings;
    if (machine().now() < machine().faults().noProcesses) {
        return core::Error{"cannot start " + settings.path + ": cannot make a process",
                           core::ErrorKind::impeded};
    }
    if (!machine().effect()) {
        return core::Error{"killed"};
    }
    memory_->settings.output.reset();
    const bool missing = machine().programs().isMissing(settings.path);
    pid_ = machine().kernel().make({.parent = machine::kHealer,
                                    .uid = settings.changeUser ? settings.uid : ::geteuid(),
                                    .path = missing ? "/usr/sbin/healer" : settings.path,
                                    .argv = missing ? std::vector<std::string>{"healer"} : settings.arguments,
                                    .environment = settings.environment});
    pidfd_.reset(::fcntl(machine().kernel().find(pid_)->watched.get(), F_DUPFD_CLOEXEC, 3));
    running_ = true;
    if (missing) {
        failure_ = Message{Step::exec, ENOENT};
        machine().kernel().end(pid_, 1 << 8);
    }
    // The exec happens, or has failed, a moment later.
    machine().soon(std::chrono::milliseconds(2),
                   [write = std::make_shared<UniqueFd>(std::move(statusWrite_))] { write->reset(); });
    return {};
}

std::optional<core::Result<void>> Spawn::outcome() {
    char byte = 0;
    if (running_ && !hasExited(pidfd_.get()) && ::read(statusRead_.get(), &byte, 1) != 0) {
        return std::nullopt;
    }
    running_ = false;
    return failure_ ? core::Result<void>(core::Error{"cannot start " + memory_->settings.path +
                                                         ": No such file or directory",
                                                     core::ErrorKind::impeded})
                    : core::Result<void>();
}

} // namespace healer::runtime
