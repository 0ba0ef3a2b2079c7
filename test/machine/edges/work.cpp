// SPDX-License-Identifier: Apache-2.0
// In the place of src/runtime/work_queue.cpp: what threads do is done a while later, and not at all by a
// daemon that has been killed meanwhile.
#include "machine/machine.hpp"
#include "runtime/work_queue.hpp"

#include <deque>
#include <utility>

namespace healer::runtime {

struct WorkQueue::State : std::enable_shared_from_this<WorkQueue::State> {
    std::deque<std::function<void()>> items;
    machine::Machine* machine = nullptr; ///< that it was last used on
    Settings settings;

    void doOne() {
        if (items.empty()) {
            return;
        }
        const auto work = std::move(items.front());
        items.pop_front();
        if (machine->effect()) {
            work();
        }
        if (items.empty() && settings.drained) {
            settings.drained();
        }
    }
    void plan() {
        const auto frozen = std::max(machine->faults().frozenFiles - machine->now(), core::Duration(0));
        machine->after(frozen + machine->random().between(core::Duration(0), std::chrono::milliseconds(5)),
                       [self = shared_from_this(), on = machine] {
                           if (on != self->machine) {
                               return;
                           }
                           self->doOne();
                           if (!self->items.empty()) {
                               self->plan();
                           }
                       });
    }
};

WorkQueue::WorkQueue(Settings settings) : state_(std::make_shared<State>()) {
    state_->settings = std::move(settings);
}

WorkQueue::~WorkQueue() = default;

bool WorkQueue::push(std::function<void()> work, std::size_t /*bytes*/) {
    auto* machine = &machine::Machine::current();
    if (std::exchange(state_->machine, machine) != machine) {
        state_->items.clear();
    }
    if (state_->items.size() >= state_->settings.items) {
        return false;
    }
    state_->items.push_back(std::move(work));
    if (state_->items.size() == 1) {
        state_->plan();
    }
    return true;
}

bool WorkQueue::flush(core::Duration /*patience*/) {
    while (!state_->items.empty() && state_->machine->now() >= state_->machine->faults().frozenFiles) {
        state_->doOne();
    }
    return state_->items.empty();
}

bool WorkQueue::finish(core::Duration patience) {
    const bool done = state_->machine == nullptr || flush(patience);
    state_->items.clear();
    return done;
}

bool WorkQueue::idle() const {
    return state_->items.empty();
}

core::Duration WorkQueue::heldUp() const {
    return core::Duration(0);
}

} // namespace healer::runtime
