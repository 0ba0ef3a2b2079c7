// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/log.hpp"
#include "runtime/loop.hpp"
#include "systemd/connection.hpp"
#include "systemd/manager.hpp"

#include <list>
#include <memory>
#include <string>
#include <vector>

namespace healer::systemd {

/// The real PID 1, over D-Bus.
class BusManager final : public Manager, private Connection::Listener {
public:
    BusManager(runtime::Loop& loop, runtime::Log& log) : loop_(loop), connection_(loop, log, *this) {}

    void observe(Observer* observer) override;
    void unobserve(const Observer* observer) override;
    [[nodiscard]] bool isConnected() const override { return connection_.isConnected(); }
    [[nodiscard]] Handle whenConnected(std::function<void()> callback) override;
    [[nodiscard]] bool hasUnread() const override { return connection_.hasUnread(); }
    [[nodiscard]] Handle whenRead(std::function<void()> callback) override;
    [[nodiscard]] Handle submit(const JobRequest& request, Answer<std::uint32_t> answer) override;
    [[nodiscard]] Handle reset(const std::string& unit, Answer<std::monostate> answer) override;
    [[nodiscard]] Handle reload(Answer<std::monostate> answer) override;
    [[nodiscard]] Handle killUnit(const std::string& unit, int signal,
                                  Answer<std::monostate> answer) override;
    [[nodiscard]] Handle query(const std::string& unit, Answer<UnitState> answer) override;
    [[nodiscard]] Handle mainPid(const std::string& unit, Answer<pid_t> answer) override;
    [[nodiscard]] Handle read(const std::string& unit, Answer<UnitFacts> answer) override;
    [[nodiscard]] Handle processes(const std::string& unit, Answer<std::size_t> answer) override;
    [[nodiscard]] Handle watch(const std::string& unit, std::function<void(Change)> changed) override;

private:
    void jobNew(const Job& job) override;
    void jobRemoved(const Job& job) override;
    void connected() override;
    void disconnected() override;
    void unitFilesRead() override;
    template <typename Notify>
    void notify(Notify notify);

    runtime::Loop& loop_;
    std::vector<Observer*> observers_;
    std::list<std::weak_ptr<std::function<void()>>> unconnected_; ///< wait for the connection
    Connection connection_;
    std::list<Connection::Call> submitted_;
};

} // namespace healer::systemd
