// SPDX-License-Identifier: Apache-2.0
#include "monitor/network/target.hpp"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace healer::monitor::network {

namespace {

constexpr std::size_t kLongestUrl = 2048;
constexpr std::size_t kLongestHost = 253;
constexpr std::size_t kLongestSocketPath = sizeof(sockaddr_un::sun_path) - 1;
constexpr unsigned kLastPort = 65535;

bool isPrintable(char c) {
    return c > ' ' && c < '\x7f';
}

bool isHostCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

bool isPort(std::string_view text) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port > 0 && port <= kLastPort;
}

bool isAddress6(std::string_view text) {
    const std::string address(text.substr(0, text.find("%25"))); // a zone may follow
    in6_addr parsed{};
    return inet_pton(AF_INET6, address.c_str(), &parsed) == 1;
}

enum class Port { optional, required };

/// What is wrong with HOST[:PORT].
std::optional<core::Error> faultOf(std::string_view authority, Port port) {
    if (authority.find('@') != std::string_view::npos) {
        return core::Error{"must not contain a user or password; give an Authorization header instead"};
    }
    std::string_view rest;
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == std::string_view::npos || !isAddress6(authority.substr(1, end - 1))) {
            return core::Error{"has no IPv6 address between the brackets"};
        }
        rest = authority.substr(end + 1);
    } else {
        const auto host = authority.substr(0, authority.find(':'));
        if (host.empty() || host.size() > kLongestHost || !std::ranges::all_of(host, isHostCharacter)) {
            return core::Error{"has no valid host; an IPv6 address is written in brackets: [::1]"};
        }
        rest = authority.substr(host.size());
    }
    if (rest.empty() && port == Port::required) {
        return core::Error{"needs a port: tcp://HOST:PORT"};
    }
    if (!rest.empty() && (!rest.starts_with(':') || !isPort(rest.substr(1)))) {
        return core::Error{"has no valid port after the host (1 to 65535)"};
    }
    return std::nullopt;
}

core::Result<std::string> checkedSocketPath(std::string path) {
    if (!path.starts_with('/')) {
        return core::Error{"needs the absolute path of a socket"};
    }
    if (path.size() > kLongestSocketPath) {
        return core::Error{"the path of a socket is at most " + std::to_string(kLongestSocketPath) +
                           " bytes long"};
    }
    if (path.find('\0') != std::string::npos) {
        return core::Error{"the path of the socket contains a NUL byte"};
    }
    return path;
}

std::optional<std::string> unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            plain += text[at];
            continue;
        }
        unsigned code = 0;
        const auto digits = text.substr(at + 1, 2);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
        if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) {
            return std::nullopt;
        }
        plain += static_cast<char>(code);
        at += 2;
    }
    return plain;
}

/// The part after "://" up to the path, query or fragment.
std::string_view authorityOf(std::string_view rest) {
    return rest.substr(0, rest.find_first_of("/?#"));
}

core::Result<Target> httpTarget(std::string_view text, std::string_view rest) {
    if (const auto fault = faultOf(authorityOf(rest), Port::optional)) {
        return *fault;
    }
    return Target{Protocol::http, std::string(text), {}};
}

core::Result<Target> tcpTarget(std::string_view rest) {
    const auto authority = authorityOf(rest);
    if (const auto fault = faultOf(authority, Port::required)) {
        return *fault;
    }
    if (rest.size() > authority.size() && rest.substr(authority.size()) != "/") {
        return core::Error{"has something after the port"};
    }
    return Target{Protocol::tcp, "http://" + std::string(authority) + "/", {}};
}

core::Result<Target> unixTarget(std::string_view rest) {
    if (rest.starts_with("//")) {
        rest.remove_prefix(2);
    }
    auto path = checkedSocketPath(std::string(rest));
    if (!path) {
        return path.error();
    }
    return Target{Protocol::unixSocket, {}, std::move(*path)};
}

core::Result<Target> httpUnixTarget(std::string_view rest) {
    const auto escaped = authorityOf(rest);
    const auto plain = unescaped(escaped);
    if (escaped.empty() || !plain) {
        return core::Error{
            "needs the path of the socket with %2F for each slash: http+unix://%2Frun%2Fweb.sock/"};
    }
    auto path = checkedSocketPath(*plain);
    if (!path) {
        return path.error();
    }
    return Target{Protocol::http, "http://localhost" + std::string(rest.substr(escaped.size())),
                  std::move(*path)};
}

/// The length of HOST in HOST[:PORT].
std::size_t hostLength(std::string_view authority) {
    return std::min(authority.starts_with('[') ? authority.find(']') + 1 : authority.find(':'),
                    authority.size());
}

} // namespace

std::string hostOf(const Target& target) {
    const auto authority = authorityOf(std::string_view(target.url).substr(target.url.find("://") + 3));
    return std::string(authority.substr(0, hostLength(authority)));
}

std::string withHost(const Target& target, std::string_view host) {
    std::string url = target.url;
    return url.replace(url.find("://") + 3, hostOf(target).size(), host);
}

bool isHostName(std::string_view text) {
    in_addr parsed{};
    return !text.empty() && text.size() <= kLongestHost && std::ranges::all_of(text, isHostCharacter) &&
           inet_pton(AF_INET, std::string(text).c_str(), &parsed) != 1;
}

core::Result<Target> parseTarget(std::string_view text) {
    if (text.size() > kLongestUrl) {
        return core::Error{"is longer than " + std::to_string(kLongestUrl) + " bytes"};
    }
    if (text.starts_with("unix:")) {
        return unixTarget(text.substr(text.find(':') + 1));
    }
    if (!std::ranges::all_of(text, isPrintable)) {
        return core::Error{"contains a character that must be percent-encoded, such as %20 for a space"};
    }
    const auto split = text.find("://");
    const auto scheme = text.substr(0, split);
    const auto rest = split == std::string_view::npos ? std::string_view() : text.substr(split + 3);
    if (scheme == "http" || scheme == "https") {
        return httpTarget(text, rest);
    }
    if (scheme == "tcp") {
        return tcpTarget(rest);
    }
    if (scheme == "http+unix") {
        return httpUnixTarget(rest);
    }
    return core::Error{"must begin with http://, https://, tcp://, unix:/ or http+unix://"};
}

} // namespace healer::monitor::network
