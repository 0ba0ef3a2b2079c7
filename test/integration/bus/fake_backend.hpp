// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/backend.hpp"
#include "runtime/log.hpp"

#include <map>
#include <string>
#include <vector>

namespace healer::test {

/// A backend that the test fills in; requests are kept until the test answers them.
class FakeBackend : public bus::Backend {
public:
    struct Asked {
        core::event::Verb verb;
        std::string name;
        Answer answer;
    };

    /// A running process.
    void add(const std::string& name, pid_t pid);
    void remove(const std::string& name);

    [[nodiscard]] std::vector<std::string> processNames() const override;
    [[nodiscard]] core::Census census() const override;
    [[nodiscard]] const core::ProcessPlan* plan(const std::string& name) const override;
    [[nodiscard]] const core::ProcessView* view(const std::string& name) const override;
    [[nodiscard]] std::string unitOf(const std::string& name) const override;
    [[nodiscard]] std::vector<bus::HistoryEntry> history(const std::string& name,
                                                         std::size_t max) const override;
    void request(core::event::Verb verb, const std::string& name, Answer answer) override;
    [[nodiscard]] core::Result<core::notice::Reloaded> reload() override;
    [[nodiscard]] std::string configPath() const override { return "/etc/healer/config.yaml"; }
    [[nodiscard]] bool observeOnly() const override { return false; }
    [[nodiscard]] std::vector<std::string> monitorTypes() const override { return {"ebpf", "pid"}; }
    [[nodiscard]] std::string ebpfStatus() const override { return "active"; }
    [[nodiscard]] std::uint64_t lostEvents() const override { return lost; }
    [[nodiscard]] std::string lastReloadError() const override { return {}; }

    std::map<std::string, core::ProcessPlan> plans;
    std::map<std::string, core::ProcessView> views;
    std::vector<Asked> asked;
    std::vector<bus::HistoryEntry> entries;
    core::Result<core::notice::Reloaded> reloadOutcome = core::notice::Reloaded{};
    std::uint64_t lost = 0;
    bool throwing = false; ///< history() throws something that is no D-Bus error
    bool answerAtOnce = false;
};

/// Keeps what was logged.
class MemoryLog : public runtime::Log {
public:
    void write(const runtime::LogEntry& entry) override { messages.push_back(entry.message); }
    [[nodiscard]] std::size_t count(const std::string& part) const;

    std::vector<std::string> messages;
};

} // namespace healer::test
