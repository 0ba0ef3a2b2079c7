// SPDX-License-Identifier: Apache-2.0
#pragma once

// Otherwise these names are macros that check types, and cannot be used for pointers to the functions.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

namespace healer::runtime {

/// The functions of libcurl. It is loaded when the first HTTP probe is created, because with its dependencies
/// it would double the memory of a Healer without HTTP probes.
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

    /// Loaded and initialised once. Throws std::runtime_error when libcurl cannot be loaded.
    [[nodiscard]] static const CurlLibrary& get();
};

} // namespace healer::runtime
