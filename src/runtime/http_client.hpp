// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/time.hpp"
#include "runtime/loop.hpp"

#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace healer::runtime {

struct HttpRequest {
    std::string url = {};        ///< http:// or https://
    std::string unixSocket = {}; ///< connect to this socket instead of the URL's host; empty: do not
    std::vector<std::string> headers = {}; ///< "Name: value"
    std::string trustedCertificates = {};  ///< PEM text to verify the server by; empty: those of the system
    bool verify = true;                    ///< the server's certificate and name
    bool connectOnly = false;              ///< no request: done when the connection stands
    core::Duration timeout{0};             ///< for all of it, from the look-up of the name to the last byte
};

enum class HttpFault {
    none,     ///< there is an answer
    timedOut, ///< there is none in time
    refused,  ///< by the other side, or on the way: no connection, no HTTP, not trusted, too large a header
    own,      ///< it could not be tried: out of descriptors or memory, unusable settings
};

struct HttpAnswer {
    HttpFault fault = HttpFault::none;
    std::string reason = {}; ///< with a fault: a sentence for a person, which may quote the other side
    long status = 0;
    std::string body = {}; ///< the first 64 KiB
};

struct CurlLibrary;

/// Requests by libcurl on the loop. Nothing blocks, the look-up of names included. Each has a connection of
/// its own; redirects are not followed; proxies, cookies, .netrc and credentials are not used. What is read
/// is bounded: 64 KiB of headers (more is a fault) and of the body (more is left unread).
class HttpClient {
public:
    using Done = std::function<void(HttpAnswer)>;
    /// One request; its destruction cancels it. Must not outlive the client.
    class Transfer;
    struct Cancel {
        void operator()(Transfer* transfer) const;
    };
    using Handle = std::unique_ptr<Transfer, Cancel>;

    /// Throws std::runtime_error where libcurl cannot be loaded.
    explicit HttpClient(Loop& loop);
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();

    /// `done` is called once, from the loop; it may destroy the handle.
    [[nodiscard]] Handle get(const HttpRequest& request, Done done);

private:
    struct Callbacks;

    /// What libcurl's callbacks may not throw.
    template <typename Action>
    int guarded(const Action& action);
    void watchSocket(int socket, int what);
    void setTimer(long milliseconds);
    void act(int socket, int events);
    void deliver();

    Loop& loop_;
    const CurlLibrary& curl_;
    void* multi_ = nullptr;
    std::map<int, Source> sockets_;
    Source timer_;
    std::exception_ptr failure_;
};

} // namespace healer::runtime
