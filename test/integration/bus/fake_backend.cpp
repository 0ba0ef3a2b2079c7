// SPDX-License-Identifier: Apache-2.0
#include "fake_backend.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace healer::test {

void FakeBackend::add(const std::string& name, pid_t pid) {
    core::ProcessPlan plan;
    plan.name = name;
    plan.command.path = "/usr/bin/" + name;
    plan.command.args = {"--port", "80"};
    plan.monitors.emplace_back().type = "ebpf";
    plans[name] = plan;
    core::ProcessView view;
    view.name = name;
    view.state = core::State::running;
    view.stateReason = "running";
    view.instance = core::ProcessKey{pid, 1};
    view.activeSince = core::TimePoint(std::chrono::seconds(100));
    views[name] = view;
}

void FakeBackend::remove(const std::string& name) {
    plans.erase(name);
    views.erase(name);
}

std::vector<std::string> FakeBackend::processNames() const {
    std::vector<std::string> names;
    for (const auto& [name, plan] : plans) {
        names.push_back(name);
    }
    return names;
}

core::Census FakeBackend::census() const {
    core::Census census;
    for (const auto& [name, view] : views) {
        census.add(view);
    }
    return census;
}

const core::ProcessPlan* FakeBackend::plan(const std::string& name) const {
    const auto found = plans.find(name);
    return found == plans.end() ? nullptr : &found->second;
}

const core::ProcessView* FakeBackend::view(const std::string& name) const {
    const auto found = views.find(name);
    return found == views.end() ? nullptr : &found->second;
}

std::string FakeBackend::unitOf(const std::string& name) const {
    return "healer-" + name + ".service";
}

std::vector<bus::HistoryEntry> FakeBackend::history(const std::string& name, std::size_t max) const {
    if (throwing) {
        throw std::out_of_range("an index that is too big");
    }
    std::vector<bus::HistoryEntry> result;
    for (const bus::HistoryEntry& entry : entries) {
        if (result.size() < max && (name.empty() || std::get<std::string>(entry.at("process")) == name)) {
            result.push_back(entry);
        }
    }
    return result;
}

void FakeBackend::request(core::event::Verb verb, const std::string& name, Answer answer) {
    if (answerAtOnce) {
        answer(core::pidOf(views[name].instance));
        return;
    }
    asked.push_back({verb, name, std::move(answer)});
}

core::Result<core::notice::Reloaded> FakeBackend::reload() {
    return reloadOutcome;
}

std::size_t MemoryLog::count(const std::string& part) const {
    return static_cast<std::size_t>(
        std::count_if(messages.begin(), messages.end(), [&part](const std::string& message) {
            return message.find(part) != std::string::npos;
        }));
}

} // namespace healer::test
