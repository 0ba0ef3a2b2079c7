// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/daemon.hpp"

#include <chrono>
#include <memory>

namespace sdbus {
class IConnection;
} // namespace sdbus

namespace healer::healerctl {

/// The daemon over D-Bus. The connection outlives it.
class BusDaemon : public Daemon {
public:
    explicit BusDaemon(sdbus::IConnection& connection);
    ~BusDaemon() override;

    [[nodiscard]] std::vector<ProcessStatus> processes() override;
    [[nodiscard]] ProcessStatus process(const std::string& name) override;
    [[nodiscard]] ManagerStatus manager() override;
    [[nodiscard]] std::vector<HistoryEvent> history(const std::string& name, std::uint32_t max) override;
    std::optional<std::uint32_t> change(Verb verb, const std::string& name) override;
    [[nodiscard]] nlohmann::json reload() override;

private:
    class Manager;
    template <typename Call>
    auto call(std::chrono::seconds timeout, Call&& body) -> decltype(body());

    sdbus::IConnection& connection_;
    std::unique_ptr<Manager> manager_;
};

} // namespace healer::healerctl
