// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/pid1.hpp"
#include "systemd/manager.hpp"

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace healer::machine {

class Machine;

/// What the daemon takes for PID 1: calls reach the simulated one after a while and in order, and so do
/// answers and signals on the way back.
class ManagerClient final : public systemd::Manager, private Pid1::Client {
public:
    explicit ManagerClient(Machine& machine);
    ~ManagerClient() override;

    void observe(Observer* observer) override { observers_.push_back(observer); }
    void unobserve(const Observer* observer) override { std::erase(observers_, observer); }
    [[nodiscard]] bool isConnected() const override { return connected_; }
    [[nodiscard]] Handle whenConnected(std::function<void()> callback) override;
    [[nodiscard]] bool hasUnread() const override { return !inbox_.empty(); }
    [[nodiscard]] Handle whenRead(std::function<void()> callback) override;
    [[nodiscard]] Handle submit(const systemd::JobRequest& request, Answer<std::uint32_t> answer) override;
    [[nodiscard]] Handle reset(const std::string& unit, Answer<std::monostate> answer) override;
    [[nodiscard]] Handle reload(Answer<std::monostate> answer) override;
    [[nodiscard]] Handle killUnit(const std::string& unit, int signal,
                                  Answer<std::monostate> answer) override;
    [[nodiscard]] Handle query(const std::string& unit, Answer<systemd::UnitState> answer) override;
    [[nodiscard]] Handle mainPid(const std::string& unit, Answer<pid_t> answer) override;
    [[nodiscard]] Handle read(const std::string& unit, Answer<systemd::UnitFacts> answer) override;
    [[nodiscard]] Handle processes(const std::string& unit, Answer<std::size_t> answer) override;
    [[nodiscard]] Handle watch(const std::string& unit, std::function<void(Change)> changed) override;

private:
    /// A call under way, whoever still waits for its answer.
    struct Call {
        std::function<void(const systemd::Failure&)> fail;
        bool answered = false;
    };
    using Watch = std::function<void(Change)>;

    void jobNew(const systemd::Job& job) override;
    void jobRemoved(const systemd::Job& job) override;
    void changed(const std::string& unit, const systemd::UnitFacts& facts) override;
    void unitFilesRead() override;
    void broken() override;
    void reachable() override;

    void connect();
    /// `ask` is carried out by PID 1, and `answer` called here with what it returns.
    template <typename T>
    void call(bool acts, std::function<Outcome<T>()> ask, Answer<T> answer);
    template <typename T>
    Handle question(std::function<Outcome<T>()> ask, Answer<T> answer);
    void receive(std::function<void()> message);
    void deliver();
    template <typename Notify>
    void notify(Notify notify);

    Machine& machine_;
    bool connected_ = false;
    std::uint64_t connection_ = 0; ///< counts them
    std::vector<Observer*> observers_;
    std::list<std::weak_ptr<std::function<void()>>> unconnected_;
    std::list<std::shared_ptr<Call>> calls_;
    std::deque<std::function<void()>> inbox_;
    bool delivering_ = false;
    core::TimePoint lastArrival_; ///< of what was sent to PID 1
    std::multimap<std::string, std::weak_ptr<Watch>> watches_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

} // namespace healer::machine
