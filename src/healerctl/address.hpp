// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace healer::healerctl {

/// A value as it may stand in a D-Bus address: everything but letters, digits and "-_/.\*" as %XX.
[[nodiscard]] std::string escapeAddressValue(std::string_view value);

/// The address of the system bus of a host, reached as systemctl does: ssh and systemd-stdio-bridge there.
[[nodiscard]] std::string hostAddress(const std::string& host);
/// The address of the system bus of a local container.
[[nodiscard]] std::string containerAddress(const std::string& container);

} // namespace healer::healerctl
