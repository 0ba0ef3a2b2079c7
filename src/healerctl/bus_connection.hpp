// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "healerctl/options.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace sdbus {
class IConnection;
class Error;
} // namespace sdbus

namespace healer::healerctl {

/// A value as it may stand in a D-Bus address: everything but letters, digits and "-_/.\*" as %XX.
[[nodiscard]] std::string escapeAddressValue(std::string_view value);
/// The address of the system bus of a host, reached as systemctl does: ssh and systemd-stdio-bridge there.
[[nodiscard]] std::string hostAddress(const std::string& host);
/// The address of the system bus of a local container.
[[nodiscard]] std::string containerAddress(const std::string& container);

/// The bus that the options name. Throws CallFailure with a sentence.
[[nodiscard]] std::unique_ptr<sdbus::IConnection> connectToBus(const Options& options);

/// Throws CallFailure when the name org.healer has no owner. To be asked before a call, because a call would
/// start a Healer that was stopped.
void mustBeRunning(sdbus::IConnection& connection);

/// From now on calls over this connection allow polkit to ask for a password.
void allowInteraction(sdbus::IConnection& connection);

/// Throws the failure as CallFailure, with a sentence where the daemon is not there.
[[noreturn]] void fail(const sdbus::Error& error);

} // namespace healer::healerctl
