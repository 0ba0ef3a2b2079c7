// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>

namespace healer::bus {

/// Whose question polkit is asked next, and whose is refused because too many wait. First come, first served
/// among the users who have not reached their limit, so that one user's flood or unanswered password prompts
/// do not hold up the others. Decides only; owns no question.
class CheckQueue {
public:
    using Id = std::uint64_t;

    struct Limits {
        /// Asked at the same time. The bus lets a connection wait for 128 answers.
        std::size_t open = 64;
        std::size_t openOfOneUser = 16;
        /// Open ones and waiting ones.
        std::size_t kept = 1024;
        std::size_t keptOfOneUser = 256;
    };

    explicit CheckQueue(Limits limits) : limits_(limits) {}

    /// A new question; false when it must be refused.
    [[nodiscard]] bool add(Id id, uid_t user);
    /// The question that is to be asked now, if there is one; it is open from then on.
    [[nodiscard]] std::optional<Id> open();
    /// The question, open or waiting, is done with.
    void remove(Id id);

    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        uid_t user;
        bool open = false;
    };
    struct Counts {
        std::size_t open = 0;
        std::size_t kept = 0;
    };

    Limits limits_;
    std::map<Id, Entry> entries_;
    std::list<Id> waiting_; ///< oldest first
    std::map<uid_t, Counts> users_;
    std::size_t open_ = 0;
};

} // namespace healer::bus
