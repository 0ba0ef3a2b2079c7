// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recovery/recovery.hpp"
#include "runtime/systemd_bus.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace healer::recovery::service {

class Service : public Recovery {
public:
    /// Asks for the main process of the unit of this process, if it is running: for a Healer that starts
    /// again. Answers once, from the loop, with none when there is none or PID 1 cannot be asked.
    virtual void findMainPid(const std::string& name,
                             std::function<void(std::optional<core::ProcessKey>)> callback) = 0;
};

/// PID 1 starts the program, as transient unit healer-NAME.service, so that it belongs to no service of
/// Healer's. A unit that somebody stopped through systemd since its instance came up is not started:
/// event::StoppedOnPurpose takes the place of the answer, once. One that somebody has restarted is answered
/// with that instance. A program that ends before its PID can be read is answered with its PID, start time 0,
/// and event::Down. A program that may fork is answered with the process that was started, start time 0 when
/// it has ended since. The bus outlives the result, which is its observer.
[[nodiscard]] std::unique_ptr<Service> makeService(RecoveryContext context, runtime::SystemdBus& bus);

} // namespace healer::recovery::service
