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
    std::string connectTo = {};  ///< connect to this host instead of the URL's; empty: do not
    std::vector<std::string> headers = {}; ///< "Name: value"
    std::string trustedCertificates = {};  ///< PEM text to verify the server by; empty: those of the system
    bool verify = true;                    ///< the server's certificate and name
    bool connectOnly = false;              ///< no request: done when the connection is established
};

enum class HttpFault {
    none,      ///< there is an answer
    refused,   ///< by the server or the network: no connection, no HTTP, headers too large
    untrusted, ///< the server has answered with a certificate that is not trusted for its name
    own,       ///< not tried: out of descriptors or memory, unusable settings
};

struct HttpAnswer {
    HttpFault fault = HttpFault::none;
    std::string reason = {}; ///< with a fault: a sentence, which may quote the server
    long status = 0;
    std::string body = {}; ///< the first 64 KiB
};

struct CurlLibrary;

/// HTTP requests by libcurl on the loop. Nothing blocks, including name look-ups. There is no time limit:
/// the caller cancels. Each request has its own
/// connection; redirects are not followed; proxies, cookies, .netrc and credentials are not used. At most 64
/// KiB of headers are read (more is a fault), and of the body (the rest is ignored).
class HttpClient {
public:
    using Done = std::function<void(HttpAnswer)>;
    /// One request; the destructor cancels it. Must not outlive the client.
    class Transfer;
    struct Cancel {
        void operator()(Transfer* transfer) const;
    };
    using Handle = std::unique_ptr<Transfer, Cancel>;

    /// Throws std::runtime_error when libcurl cannot be loaded.
    explicit HttpClient(Loop& loop);
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();

    /// `done` is called once, from the loop; it may destroy the handle.
    [[nodiscard]] Handle get(const HttpRequest& request, Done done);

private:
    struct Callbacks;

    /// Runs a callback of libcurl and keeps its exception, which must not pass through libcurl.
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
