// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "systemd/manager.hpp"

#include <any>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace healer::test {

/// A PID 1 that answers when the test says so. Every call is written down; a call whose handle is dropped is
/// no longer open.
class FakeManager final : public systemd::Manager {
public:
    /// "query healer-web.service": the oldest call that has not been answered; empty: none.
    [[nodiscard]] std::string open() {
        forgetDropped();
        return calls_.empty() ? std::string() : calls_.front().what;
    }
    /// Answers it.
    template <typename T>
    void answer(T value) {
        respond<T>(Outcome<T>(std::move(value)));
    }
    template <typename T>
    void refuse(const std::string& name) {
        respond<T>(Outcome<T>(systemd::Failure{name, "it was refused"}));
    }

    void observe(Observer* observer) override { observers_.push_back(observer); }
    void unobserve(const Observer* observer) override { std::erase(observers_, observer); }
    [[nodiscard]] bool isConnected() const override { return true; }
    [[nodiscard]] Handle whenConnected(std::function<void()> callback) override {
        return keep<Done>("connect", [callback = std::move(callback)](const Outcome<Done>&) { callback(); });
    }
    [[nodiscard]] bool hasUnread() const override { return false; }
    [[nodiscard]] Handle whenRead(std::function<void()> /*callback*/) override { return {}; }
    [[nodiscard]] Handle submit(const systemd::JobRequest& request, Answer<std::uint32_t> answer) override {
        static constexpr const char* kVerbs[] = {"new", "start", "restart", "stop"};
        return keep<std::uint32_t>(std::string(kVerbs[static_cast<std::size_t>(request.verb)]) + " " +
                                       request.unit,
                                   std::move(answer));
    }
    [[nodiscard]] Handle reset(const std::string& unit, Answer<std::monostate> answer) override {
        return keep<std::monostate>("reset " + unit, std::move(answer));
    }
    [[nodiscard]] Handle reload(Answer<std::monostate> answer) override {
        return keep<std::monostate>("reload", std::move(answer));
    }
    [[nodiscard]] Handle killUnit(const std::string& unit, int /*signal*/,
                                  Answer<std::monostate> answer) override {
        return keep<std::monostate>("kill " + unit, std::move(answer));
    }
    [[nodiscard]] Handle query(const std::string& unit, Answer<systemd::UnitState> answer) override {
        return keep<systemd::UnitState>("query " + unit, std::move(answer));
    }
    [[nodiscard]] Handle mainPid(const std::string& unit, Answer<pid_t> answer) override {
        return keep<pid_t>("main " + unit, std::move(answer));
    }
    [[nodiscard]] Handle read(const std::string& unit, Answer<systemd::UnitFacts> answer) override {
        return keep<systemd::UnitFacts>("read " + unit, std::move(answer));
    }
    [[nodiscard]] Handle processes(const std::string& unit, Answer<std::size_t> answer) override {
        return keep<std::size_t>("processes " + unit, std::move(answer));
    }
    [[nodiscard]] Handle watch(const std::string& /*unit*/, std::function<void(Change)> changed) override {
        auto watching = std::make_shared<std::function<void(Change)>>(std::move(changed));
        watching_.push_back(watching);
        return watching;
    }
    /// What PID 1 reports of the units that are watched.
    void report(std::function<bool(systemd::UnitFacts&)> apply) {
        const auto all = watching_;
        for (const auto& entry : all) {
            if (const auto watching = entry.lock()) {
                (*watching)(Change{.last = true, .apply = apply});
            }
        }
    }

    struct Done {};

private:
    struct Call {
        std::string what;
        std::weak_ptr<void> handle;
        std::any answer; ///< an Answer<T>
    };

    template <typename T>
    Handle keep(std::string what, Answer<T> answer) {
        auto handle = std::make_shared<int>(0);
        calls_.push_back({std::move(what), handle, std::move(answer)});
        return handle;
    }
    template <typename T>
    void respond(const Outcome<T>& outcome) {
        forgetDropped();
        const Call call = std::move(calls_.front());
        calls_.pop_front();
        std::any_cast<const Answer<T>&>(call.answer)(outcome);
    }
    void forgetDropped() {
        std::erase_if(calls_, [](const Call& call) { return call.handle.expired(); });
    }

    std::vector<Observer*> observers_;
    std::deque<Call> calls_;
    std::vector<std::weak_ptr<std::function<void(Change)>>> watching_;
};

} // namespace healer::test
