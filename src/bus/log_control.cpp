// SPDX-License-Identifier: Apache-2.0
#include "bus/log_control.hpp"

#include "bus/guard.hpp"
#include "bus/root_authority.hpp"
#include "bus/text.hpp"
#include "sdbus_dialect.hpp"

#include <unistd.h>

namespace healer::bus {

namespace {

constexpr const char* kLogControlPath = "/org/freedesktop/LogControl1";

} // namespace

std::string syslogWord(core::LogLevel level) {
    switch (level) {
    case core::LogLevel::error:
        return "err";
    case core::LogLevel::warn:
        return "warning";
    case core::LogLevel::info:
        return "info";
    case core::LogLevel::debug:
    case core::LogLevel::trace:
        break;
    }
    return "debug";
}

std::optional<core::LogLevel> levelFromSyslogWord(std::string_view word) {
    if (word == "emerg" || word == "alert" || word == "crit" || word == "err") {
        return core::LogLevel::error;
    }
    if (word == "warning") {
        return core::LogLevel::warn;
    }
    if (word == "notice" || word == "info") {
        return core::LogLevel::info;
    }
    if (word == "debug") {
        return core::LogLevel::debug;
    }
    return std::nullopt;
}

LogControl::LogControl(sdbus::IConnection& connection, LogSettings& settings)
    : AdaptorInterfaces(connection, sdbus::ObjectPath(kLogControlPath)), settings_(settings) {
    registerAdaptor();
}

LogControl::~LogControl() {
    unregisterAdaptor();
}

std::string LogControl::LogLevel() {
    return guarded([this] { return syslogWord(settings_.level()); });
}

/// A property cannot be answered later, so these wait until the bus reports the user of the caller. On the
/// system bus the policy admits root only.
void LogControl::mustBeAllowed() const {
    if (!mayChange(dbus::currentSenderUid(getObject()), geteuid())) {
        throw toBusError(accessDenied());
    }
}

void LogControl::LogLevel(const std::string& value) {
    guarded([&] {
        mustBeAllowed();
        const auto level = levelFromSyslogWord(value);
        if (!level) {
            throw dbus::makeError("org.freedesktop.DBus.Error.InvalidArgs",
                                  "no log level: give err, warning, notice, info or debug");
        }
        settings_.setLevel(*level);
    });
}

std::string LogControl::LogTarget() {
    return guarded([this] { return validUtf8(settings_.target); });
}

void LogControl::LogTarget(const std::string& value) {
    guarded([&] {
        mustBeAllowed();
        if (!settings_.setTarget(value)) {
            throw dbus::makeError("org.freedesktop.DBus.Error.InvalidArgs",
                                  "no log target that Healer has here: give journal or console");
        }
        settings_.target = value;
    });
}

std::string LogControl::SyslogIdentifier() {
    return "healer";
}

} // namespace healer::bus
