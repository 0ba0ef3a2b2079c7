// SPDX-License-Identifier: Apache-2.0
#include "runtime/http_transfer.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace healer::runtime {

namespace {

constexpr std::size_t kMostBytes = 64UL * 1024;

bool isOwnFault(long error) {
    return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
}

/// What libcurl says of a handshake that failed, with advice.
std::string tlsFault(const std::string& detail) {
    const bool unknownName = detail.find("unrecognized name") != std::string::npos;
    return detail + (unknownName ? " (server_name sets the name that the server is asked for)" : "");
}

} // namespace

void HttpClient::Cancel::operator()(Transfer* transfer) const {
    delete transfer; // NOLINT(cppcoreguidelines-owning-memory): this is the deleter
}

HttpClient::Transfer::Transfer(const CurlLibrary& curl, CURLM* multi, const HttpRequest& request, Done done)
    : curl_(curl), multi_(multi), easy_(curl_.easyInit()), done_(std::move(done)) {
    if (easy_ == nullptr) {
        setting_ = CURLE_OUT_OF_MEMORY;
        return;
    }
    configure(request);
    configureTrust(request);
}

HttpClient::Transfer::~Transfer() {
    if (added_) {
        curl_.multiRemoveHandle(multi_, easy_);
    }
    curl_.easyCleanup(easy_);
    curl_.slistFreeAll(headers_);
    curl_.slistFreeAll(connectTo_);
}

template <typename Value>
void HttpClient::Transfer::set(CURLoption option, Value value) {
    const CURLcode result = curl_.easySetopt(easy_, option, value);
    if (setting_ == CURLE_OK) {
        setting_ = result;
    }
}

void HttpClient::Transfer::configure(const HttpRequest& request) {
    // libcurl would look at its clock before it reads an answer that is there. The time for connecting has a
    // limit by default.
    constexpr long kNever = 24L * 60 * 60 * 1000;
    set(CURLOPT_PRIVATE, this);
    set(CURLOPT_ERRORBUFFER, detail_.data());
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_USERAGENT, "healer/" HEALER_VERSION);
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
    set(CURLOPT_CONNECT_ONLY, request.connectOnly ? 1L : 0L);
    set(CURLOPT_CONNECTTIMEOUT_MS, kNever);
    set(CURLOPT_NOSIGNAL, 1L);
    // Otherwise a timed-out request would wait for a name look-up that hangs.
    set(CURLOPT_QUICK_EXIT, 1L);
    set(CURLOPT_WRITEFUNCTION, &Transfer::onBody);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Transfer::onHeader);
    set(CURLOPT_HEADERDATA, this);
    if (!request.unixSocket.empty()) {
        set(CURLOPT_UNIX_SOCKET_PATH, request.unixSocket.c_str());
    }
    for (const auto& header : request.headers) {
        if (!append(headers_, header)) {
            return;
        }
    }
    set(CURLOPT_HTTPHEADER, headers_);
    if (!request.connectTo.empty() && append(connectTo_, "::" + request.connectTo + ":")) {
        set(CURLOPT_CONNECT_TO, connectTo_);
    }
}

bool HttpClient::Transfer::append(curl_slist*& list, const std::string& text) {
    curl_slist* longer = curl_.slistAppend(list, text.c_str());
    if (longer == nullptr) {
        setting_ = CURLE_OUT_OF_MEMORY;
        return false;
    }
    list = longer;
    return true;
}

void HttpClient::Transfer::configureTrust(const HttpRequest& request) {
    constexpr long kNameMustMatch = 2;
    set(CURLOPT_SSL_VERIFYPEER, request.verify ? 1L : 0L);
    set(CURLOPT_SSL_VERIFYHOST, request.verify ? kNameMustMatch : 0L);
    if (!request.trustedCertificates.empty()) {
        auto* bytes = const_cast<char*>(request.trustedCertificates.data()); // libcurl copies them
        curl_blob blob{bytes, request.trustedCertificates.size(), CURL_BLOB_COPY};
        set(CURLOPT_CAINFO_BLOB, &blob);
        set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
}

CURLMcode HttpClient::Transfer::begin() {
    if (setting_ != CURLE_OK) {
        return setting_ == CURLE_OUT_OF_MEMORY ? CURLM_OUT_OF_MEMORY : CURLM_BAD_EASY_HANDLE;
    }
    const CURLMcode result = curl_.multiAddHandle(multi_, easy_);
    added_ = result == CURLM_OK;
    return result;
}

std::size_t HttpClient::Transfer::onBody(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::size_t length = size * count;
    const std::size_t room = kMostBytes - transfer.body_.size();
    try {
        transfer.body_.append(data, std::min(length, room));
    } catch (const std::bad_alloc&) {
        return CURL_WRITEFUNC_ERROR;
    }
    transfer.bodyFull_ = length > room;
    return transfer.bodyFull_ ? CURL_WRITEFUNC_ERROR : length;
}

std::size_t HttpClient::Transfer::onHeader(char* /*data*/, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::size_t length = size * count;
    transfer.headerBytes_ += length;
    transfer.headerFull_ = transfer.headerBytes_ > kMostBytes;
    return transfer.headerFull_ ? CURL_WRITEFUNC_ERROR : length;
}

HttpAnswer HttpClient::Transfer::finish(CURLcode result) {
    HttpAnswer answer;
    if (result == CURLE_OK || bodyFull_) {
        curl_.easyGetinfo(easy_, CURLINFO_RESPONSE_CODE, &answer.status);
        answer.body = std::move(body_);
    } else {
        answer = fault(result);
    }
    curl_.multiRemoveHandle(multi_, easy_);
    added_ = false;
    return answer;
}

HttpAnswer HttpClient::Transfer::fault(CURLcode result) const {
    long error = 0;
    curl_.easyGetinfo(easy_, CURLINFO_OS_ERRNO, &error);
    if (headerFull_) {
        return {HttpFault::refused, "the headers of the answer are larger than 64 KiB"};
    }
    switch (result) {
    case CURLE_OUT_OF_MEMORY:
    case CURLE_FAILED_INIT:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_URL_MALFORMAT:
        return {HttpFault::own, curl_.easyStrerror(result)};
    case CURLE_COULDNT_RESOLVE_HOST:
        return {HttpFault::refused, "the host name cannot be resolved"};
    case CURLE_COULDNT_CONNECT:
        if (error == 0) {
            return {HttpFault::refused, "cannot connect"};
        }
        return {isOwnFault(error) ? HttpFault::own : HttpFault::refused,
                "cannot connect: " + std::system_category().message(static_cast<int>(error))};
    case CURLE_GOT_NOTHING:
        return {HttpFault::refused, "the connection was closed without an answer"};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        return {HttpFault::refused, "the answer is not HTTP"};
    case CURLE_PEER_FAILED_VERIFICATION:
        return {HttpFault::untrusted, std::string("the certificate is not trusted: ") + detail_.data()};
    case CURLE_SSL_CONNECT_ERROR:
        return {HttpFault::refused, "the TLS handshake failed: " + tlsFault(detail_.data())};
    default:
        return {HttpFault::refused, curl_.easyStrerror(result)};
    }
}

} // namespace healer::runtime
