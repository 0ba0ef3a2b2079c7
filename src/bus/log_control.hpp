// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bus/log_settings.hpp"
#include "dbus/logcontrol1_adaptor.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace healer::bus {

/// The word of syslog(3) for a level, as LogControl1 wants it.
[[nodiscard]] std::string syslogWord(core::LogLevel level);
/// The level that logs what this word of syslog(3) asks for; nothing for another word.
[[nodiscard]] std::optional<core::LogLevel> levelFromSyslogWord(std::string_view word);

/// /org/freedesktop/LogControl1, for "systemctl service-log-level". The settings outlive it.
class LogControl final : public sdbus::AdaptorInterfaces<org::freedesktop::LogControl1_adaptor> {
public:
    LogControl(sdbus::IConnection& connection, LogSettings& settings);
    LogControl(const LogControl&) = delete;
    LogControl& operator=(const LogControl&) = delete;
    virtual ~LogControl();

private:
    std::string LogLevel() override;
    void LogLevel(const std::string& value) override;
    std::string LogTarget() override;
    void LogTarget(const std::string& value) override;
    std::string SyslogIdentifier() override;

    void mustBeAllowed() const;

    LogSettings& settings_;
};

} // namespace healer::bus
