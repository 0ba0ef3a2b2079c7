// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/process.hpp"
#include "core/result.hpp"
#include "runtime/loop.hpp"
#include "runtime/spawn/low_descriptors.hpp"
#include "runtime/spawn/spawn.hpp"
#include "runtime/unique_fd.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace healer::monitor::exec {

/// One run of a probe's program, from its start until it has been reaped. Its whole process group is killed
/// when the program ends and when the run is killed.
class Run {
public:
    /// How the program ended, or why it could not be run.
    using Done = std::function<void(const core::Result<core::Exit>&)>;

    /// `done` is called once from the loop unless the run is killed before; it must not destroy the run.
    Run(runtime::Loop& loop, Done done);
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    /// Kills and reaps; waits at most 100 ms for that.
    ~Run();

    /// The output is redirected to a pipe that this object reads. The error says which resource is missing.
    [[nodiscard]] core::Result<void> start(runtime::SpawnSettings settings, runtime::LowDescriptors& numbers);
    /// Nothing is reported from now on.
    void kill();
    /// The end of what it has written so far, on one line.
    [[nodiscard]] std::string output() const;
    /// Calls back from the loop when it has been reaped; the callback may destroy the run.
    void whenReaped(std::function<void()> callback) { reapedCallback_ = std::move(callback); }
    [[nodiscard]] bool reaped() const { return reaped_; }

private:
    void statusChanged();
    void ended();
    bool readOutput();
    void killGroup() const;
    void reap();
    void report(const core::Result<core::Exit>& end);

    runtime::Loop& loop_;
    Done done_;
    std::function<void()> reapedCallback_;
    std::unique_ptr<runtime::Spawn> spawn_;
    std::optional<core::Result<void>> outcome_; ///< of becoming the program
    runtime::UniqueFd output_;
    std::string tail_; ///< the end of what it has written
    bool reaped_ = true;
    runtime::Source statusSource_;
    runtime::Source endSource_;
    runtime::Source outputSource_;
};

} // namespace healer::monitor::exec
