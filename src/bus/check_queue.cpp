// SPDX-License-Identifier: Apache-2.0
#include "bus/check_queue.hpp"

#include <algorithm>

namespace healer::bus {

bool CheckQueue::add(Id id, uid_t user) {
    const auto counts = users_.find(user);
    const std::size_t own = counts == users_.end() ? 0 : counts->second.kept;
    if (entries_.size() >= limits_.kept || own >= limits_.keptOfOneUser) {
        return false;
    }
    entries_.emplace(id, Entry{user});
    waiting_.push_back(id);
    ++users_[user].kept;
    return true;
}

std::optional<CheckQueue::Id> CheckQueue::open() {
    if (open_ >= limits_.open) {
        return std::nullopt;
    }
    const auto next = std::find_if(waiting_.begin(), waiting_.end(), [this](Id id) {
        return users_.at(entries_.at(id).user).open < limits_.openOfOneUser;
    });
    if (next == waiting_.end()) {
        return std::nullopt;
    }
    const Id id = *next;
    waiting_.erase(next);
    Entry& entry = entries_.at(id);
    entry.open = true;
    ++users_.at(entry.user).open;
    ++open_;
    return id;
}

void CheckQueue::remove(Id id) {
    const auto entry = entries_.find(id);
    if (entry == entries_.end()) {
        return;
    }
    const auto counts = users_.find(entry->second.user);
    if (entry->second.open) {
        --open_;
        --counts->second.open;
    } else {
        waiting_.remove(id);
    }
    if (--counts->second.kept == 0) {
        users_.erase(counts);
    }
    entries_.erase(entry);
}

} // namespace healer::bus
