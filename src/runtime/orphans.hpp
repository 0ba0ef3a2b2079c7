// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/loop.hpp"

namespace healer::runtime {

/// Whether the kernel gives orphans to this process: as PID 1 of a container, or as a "child subreaper".
[[nodiscard]] bool getsOrphans();

/// Reaps the orphans that the kernel gives to Healer, which would stay as zombies for ever, and never a child
/// that Healer has started itself. It waits a moment, so that whoever watches one of them can read how it
/// ended.
class OrphanReaper {
public:
    explicit OrphanReaper(Loop& loop);
    OrphanReaper(const OrphanReaper&) = delete;
    OrphanReaper& operator=(const OrphanReaper&) = delete;
    ~OrphanReaper() = default;

private:
    void schedule();
    void reap();

    Loop& loop_;
    Source ended_;
    Source soon_;
};

} // namespace healer::runtime
