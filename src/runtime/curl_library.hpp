// SPDX-License-Identifier: Apache-2.0
#pragma once

// Without them these names are macros that check types, which a pointer to the function has no use for.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

namespace healer::runtime {

/// The functions of libcurl, which is loaded when the first HTTP probe is made: with all that it brings it
/// would double the memory of a Healer that has none.
struct CurlLibrary {
    decltype(&::curl_easy_init) easyInit;
    decltype(&::curl_easy_cleanup) easyCleanup;
    decltype(&::curl_easy_setopt) easySetopt;
    decltype(&::curl_easy_getinfo) easyGetinfo;
    decltype(&::curl_easy_strerror) easyStrerror;
    decltype(&::curl_global_init) globalInit;
    decltype(&::curl_multi_init) multiInit;
    decltype(&::curl_multi_cleanup) multiCleanup;
    decltype(&::curl_multi_add_handle) multiAddHandle;
    decltype(&::curl_multi_remove_handle) multiRemoveHandle;
    decltype(&::curl_multi_setopt) multiSetopt;
    decltype(&::curl_multi_info_read) multiInfoRead;
    decltype(&::curl_multi_socket_action) multiSocketAction;
    decltype(&::curl_multi_strerror) multiStrerror;
    decltype(&::curl_slist_append) slistAppend;
    decltype(&::curl_slist_free_all) slistFreeAll;

    /// Loaded and set up once. Throws std::runtime_error with a sentence where libcurl cannot be had.
    [[nodiscard]] static const CurlLibrary& get();
};

} // namespace healer::runtime
