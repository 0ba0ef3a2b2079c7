// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "launch/launcher.hpp"
#include "runtime/loop.hpp"
#include "runtime/process_ends.hpp"
#include "runtime/spawn/spawn.hpp"
#include "runtime/unique_fd.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace healer::launch::direct {

/// The processes that Healer itself has started: reports their ends with the exact exit and reaps them. Each
/// is watched by its pidfd, so that no other child of the process is ever touched. When one is reaped, what
/// it left behind in its session is noted: its number certainly belongs to no other process then.
class Children {
public:
    Children(runtime::Loop& loop, Report report);

    /// A started program: its end is reported as event::Down.
    enum class Program { binary, script };
    void follow(const std::string& name, core::Instance key, runtime::UniqueFd pidfd, Program program);
    /// One that did not become the program, or must no longer: it is killed and reaped, nothing is
    /// reported. Its memory is kept until then.
    void bury(std::unique_ptr<runtime::Spawn> spawn);
    /// Go on reaping, report nothing.
    void forget(const std::string& name);

    /// Calls back once, from the loop, when that incarnation has really ended and been reaped. False if it is
    /// no followed child or has been reaped already.
    bool whenEnded(core::Instance key, std::function<void()> callback);

    /// Its pidfd if it is a followed child that has not been reaped, else -1. While it is there the PID, and
    /// a process group of that number, belong to no other process.
    [[nodiscard]] int pidfdOf(core::Instance key) const;

    /// The last process started under this name whose session outlived it.
    [[nodiscard]] std::optional<core::ProcessKey> outlived(const std::string& name) const;
    void forgetOutlived(const std::string& name) { outlived_.erase(name); }

private:
    struct Child {
        std::string name; ///< empty: nothing is reported
        core::Instance key;
        Program program = Program::binary;
        std::unique_ptr<runtime::Spawn> memory; ///< of one that is buried; has its pidfd
        std::vector<std::function<void()>> waiting;
        runtime::ProcessEnd end;
        runtime::Source buriedEnd;
    };

    using Number = std::uint64_t;

    void ended(Number number, const core::Exit& exit);
    void reap(Number number);
    void noteOutlived(const Child& child);

    runtime::Loop& loop_;
    Report report_;
    std::map<Number, Child> children_;
    std::map<core::Instance, Number> byInstance_;
    std::map<std::string, core::ProcessKey> outlived_; ///< by name
    Number last_ = 0;
};

} // namespace healer::launch::direct
