// SPDX-License-Identifier: Apache-2.0
#include "runtime/http_client.hpp"

#include "runtime/curl_library.hpp"
#include "runtime/http_transfer.hpp"

#include <sys/epoll.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace healer::runtime {

namespace {

std::uint32_t epollEventsOf(int what) {
    return ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
}

int curlEventsOf(std::uint32_t ready) {
    return ((ready & (EPOLLIN | EPOLLHUP)) != 0 ? CURL_CSELECT_IN : 0) |
           ((ready & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
           ((ready & EPOLLERR) != 0 ? CURL_CSELECT_ERR : 0);
}

} // namespace

/// Called by libcurl, from within its own calls.
struct HttpClient::Callbacks {
    static int onSocket(CURL* /*easy*/, curl_socket_t socket, int what, void* client, void* /*socketData*/) {
        auto& self = *static_cast<HttpClient*>(client);
        return self.guarded([&] { self.watchSocket(socket, what); });
    }
    static int onTimer(CURLM* /*multi*/, long milliseconds, void* client) {
        auto& self = *static_cast<HttpClient*>(client);
        return self.guarded([&] { self.setTimer(milliseconds); });
    }
};

HttpClient::HttpClient(Loop& loop) : loop_(loop), curl_(CurlLibrary::get()) {
    // TLS libraries write to the connection without MSG_NOSIGNAL.
    std::signal(SIGPIPE, SIG_IGN);
    multi_ = curl_.multiInit();
    if (multi_ == nullptr) {
        throw std::runtime_error("cannot set up libcurl");
    }
    curl_.multiSetopt(multi_, CURLMOPT_SOCKETFUNCTION, &Callbacks::onSocket);
    curl_.multiSetopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_.multiSetopt(multi_, CURLMOPT_TIMERFUNCTION, &Callbacks::onTimer);
    curl_.multiSetopt(multi_, CURLMOPT_TIMERDATA, this);
}

HttpClient::~HttpClient() {
    curl_.multiCleanup(multi_);
}

HttpClient::Handle HttpClient::get(const HttpRequest& request, Done done) {
    Handle transfer(new Transfer(curl_, multi_, request, std::move(done)));
    const CURLMcode result = transfer->begin();
    if (failure_) {
        std::rethrow_exception(std::exchange(failure_, nullptr));
    }
    if (result != CURLM_OK) {
        const std::string reason = curl_.multiStrerror(result);
        transfer->failure = loop_.addDeferred([raw = transfer.get(), reason] {
            const auto call = raw->takeDone();
            call({HttpFault::own, reason});
        });
    }
    return transfer;
}

template <typename Action>
int HttpClient::guarded(const Action& action) {
    try {
        action();
        return 0;
    } catch (...) {
        failure_ = std::current_exception();
        return -1;
    }
}

void HttpClient::watchSocket(int socket, int what) {
    sockets_.erase(socket);
    if (what != CURL_POLL_REMOVE) {
        sockets_.emplace(
            socket, loop_.addIo(socket, epollEventsOf(what),
                                [this, socket](std::uint32_t ready) { act(socket, curlEventsOf(ready)); }));
    }
}

void HttpClient::setTimer(long milliseconds) {
    timer_.reset();
    if (milliseconds >= 0) {
        timer_ = loop_.addTimer(loop_.now() + std::chrono::milliseconds(milliseconds),
                                [this] { act(CURL_SOCKET_TIMEOUT, 0); });
    }
}

void HttpClient::act(int socket, int events) {
    int running = 0;
    curl_.multiSocketAction(multi_, socket, events, &running);
    if (failure_) {
        std::rethrow_exception(std::exchange(failure_, nullptr));
    }
    deliver();
}

void HttpClient::deliver() {
    int left = 0;
    while (const CURLMsg* message = curl_.multiInfoRead(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        const CURLcode result = message->data.result;
        Transfer* transfer = nullptr;
        curl_.easyGetinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        auto answer = transfer->finish(result);
        const auto done = transfer->takeDone();
        done(std::move(answer));
    }
}

} // namespace healer::runtime
