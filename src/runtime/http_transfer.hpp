// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/curl_library.hpp"
#include "runtime/http_client.hpp"

#include <array>

namespace healer::runtime {

/// One request in libcurl: its settings, the data received so far, and the meaning of its result.
class HttpClient::Transfer {
public:
    Transfer(const CurlLibrary& curl, CURLM* multi, const HttpRequest& request, Done done);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;
    ~Transfer();

    /// Adds it to the multi handle.
    CURLMcode begin();
    /// Removes it from the multi handle and converts its result to the answer.
    [[nodiscard]] HttpAnswer finish(CURLcode result);
    [[nodiscard]] Done takeDone() { return std::move(done_); }

    Source failure; ///< reports that it could not be started

private:
    void configure(const HttpRequest& request);
    void configureTrust(const HttpRequest& request);
    [[nodiscard]] HttpAnswer fault(CURLcode result) const;

    static std::size_t onBody(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t onHeader(char* data, std::size_t size, std::size_t count, void* self);

    [[nodiscard]] bool append(curl_slist*& list, const std::string& text);
    template <typename Value>
    void set(CURLoption option, Value value);

    const CurlLibrary& curl_;
    CURLM* multi_;
    CURL* easy_ = nullptr;
    curl_slist* headers_ = nullptr;
    curl_slist* connectTo_ = nullptr;
    Done done_;
    std::string body_;
    std::size_t headerBytes_ = 0;
    bool bodyFull_ = false;
    bool headerFull_ = false;
    bool added_ = false;
    CURLcode setting_ = CURLE_OK; ///< the first setting that was refused
    std::array<char, CURL_ERROR_SIZE> detail_{};
};

} // namespace healer::runtime
