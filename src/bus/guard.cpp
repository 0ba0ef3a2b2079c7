// SPDX-License-Identifier: Apache-2.0
#include "bus/guard.hpp"

#include "bus/text.hpp"
#include "sdbus_dialect.hpp"

namespace healer::bus {

namespace {

const char* errorName(core::ErrorKind kind) {
    switch (kind) {
    case core::ErrorKind::invalidConfig:
        return "org.healer.Error.InvalidConfig";
    case core::ErrorKind::noSuchProcess:
        return "org.healer.Error.NoSuchProcess";
    case core::ErrorKind::recoveryFailed:
        return "org.healer.Error.RecoveryFailed";
    case core::ErrorKind::busy:
        return "org.healer.Error.Busy";
    case core::ErrorKind::disabled:
        return "org.healer.Error.Disabled";
    case core::ErrorKind::accessDenied:
        return "org.freedesktop.DBus.Error.AccessDenied";
    case core::ErrorKind::failed:
    case core::ErrorKind::impeded:
        break;
    }
    return "org.freedesktop.DBus.Error.Failed";
}

} // namespace

sdbus::Error toBusError(const core::Error& error) {
    return dbus::makeError(errorName(error.kind), validUtf8(error.message));
}

sdbus::Error unexpectedError(const std::string& what) {
    return dbus::makeError("org.freedesktop.DBus.Error.Failed", validUtf8("unexpected error: " + what));
}

} // namespace healer::bus
