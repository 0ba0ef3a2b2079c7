// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace healer::test {

/// A listening socket, with a thread for each connection.
class LocalServer {
public:
    using Handler = std::function<void(int)>;

    LocalServer(const LocalServer&) = delete;
    LocalServer& operator=(const LocalServer&) = delete;
    ~LocalServer() {
        ::shutdown(listener_, SHUT_RDWR);
        if (acceptor_.joinable()) {
            acceptor_.join();
        }
        {
            const std::lock_guard lock(mutex_);
            for (const int fd : open_) {
                ::shutdown(fd, SHUT_RDWR);
            }
        }
        for (auto& thread : threads_) {
            thread.join();
        }
        ::close(listener_);
    }

    explicit LocalServer(Handler handler, int family = AF_INET)
        : listener_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)), handler_(std::move(handler)) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_addr = in6addr_loopback;
        const bool six = family == AF_INET6;
        listen(six ? static_cast<void*>(&v6) : &v4, six ? sizeof v6 : sizeof v4);
        socklen_t size = sizeof v6;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&v6), &size);
        port_ = ntohs(v6.sin6_port); // at the same place in both
    }
    LocalServer(Handler handler, const std::string& path)
        : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), handler_(std::move(handler)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::ranges::copy(path, address.sun_path);
        listen(&address, sizeof address);
    }

    [[nodiscard]] std::string port() const { return std::to_string(port_); }

private:
    void listen(const void* address, socklen_t size) {
        if (::bind(listener_, static_cast<const sockaddr*>(address), size) != 0 ||
            ::listen(listener_, SOMAXCONN) != 0) {
            throw std::runtime_error("cannot listen");
        }
        acceptor_ = std::thread([this] {
            for (int fd = -1; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
                const std::lock_guard lock(mutex_);
                open_.insert(fd);
                threads_.emplace_back([this, fd] { serve(fd); });
            }
        });
    }
    void serve(int fd) {
        handler_(fd);
        const std::lock_guard lock(mutex_);
        open_.erase(fd);
        ::close(fd);
    }

    int listener_;
    int port_ = 0;
    Handler handler_;
    std::mutex mutex_;
    std::set<int> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

/// A port that nothing listens on.
inline std::string freePort() {
    return LocalServer([](int) {}).port();
}

inline bool say(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

/// The head of a request, up to the empty line.
inline std::string hear(int fd) {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n") && ::recv(fd, &byte, 1, 0) == 1) {
        head += byte;
    }
    return head;
}

/// Waits until the other side has closed the connection.
inline void hang(int fd) {
    char bytes[512];
    while (::recv(fd, bytes, sizeof bytes, 0) > 0) {
    }
}

inline LocalServer::Handler answers(std::string status, std::string body = "hello",
                                    std::string headers = "") {
    return [=](int fd) {
        hear(fd);
        say(fd, "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
                    headers + "\r\n" + body);
        hang(fd);
    };
}

} // namespace healer::test
