// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/result.hpp"

#include <string>
#include <string_view>

namespace healer::monitor::network {

enum class Protocol { http, tcp, unixSocket };

/// The destination of a probe.
struct Target {
    Protocol protocol = Protocol::http;
    std::string url;        ///< for http: the request; for tcp: http:// with its host and port
    std::string socketPath; ///< for unixSocket, and for http over one
};

/// Reads http://HOST[:PORT][/PATH], https://..., tcp://HOST:PORT, unix:/PATH and http+unix://ESCAPED[/PATH],
/// in which %2F stands for each slash of the socket's path. The error says what is wrong with it.
[[nodiscard]] core::Result<Target> parseTarget(std::string_view text);

/// Of an http target: the host, and the URL with another host in its place.
[[nodiscard]] std::string hostOf(const Target& target);
[[nodiscard]] std::string withHost(const Target& target, std::string_view host);

/// Whether this is the name of a host; addresses are none.
[[nodiscard]] bool isHostName(std::string_view text);

} // namespace healer::monitor::network
