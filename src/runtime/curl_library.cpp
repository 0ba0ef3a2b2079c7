// SPDX-License-Identifier: Apache-2.0
#include "runtime/curl_library.hpp"

#include <dlfcn.h>

#include <stdexcept>
#include <string>

namespace healer::runtime {

namespace {

constexpr const char* kLibrary = "libcurl.so.4";

template <typename Function>
void find(void* library, Function& function, const char* name) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    if (function == nullptr) {
        throw std::runtime_error(std::string(kLibrary) + " has no " + name);
    }
}

CurlLibrary load() {
    void* library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* why = ::dlerror();
        throw std::runtime_error(std::string("HTTP probes need libcurl: ") +
                                 (why != nullptr ? why : kLibrary));
    }
    CurlLibrary curl{};
    find(library, curl.easyInit, "curl_easy_init");
    find(library, curl.easyCleanup, "curl_easy_cleanup");
    find(library, curl.easySetopt, "curl_easy_setopt");
    find(library, curl.easyGetinfo, "curl_easy_getinfo");
    find(library, curl.easyStrerror, "curl_easy_strerror");
    find(library, curl.globalInit, "curl_global_init");
    find(library, curl.multiInit, "curl_multi_init");
    find(library, curl.multiCleanup, "curl_multi_cleanup");
    find(library, curl.multiAddHandle, "curl_multi_add_handle");
    find(library, curl.multiRemoveHandle, "curl_multi_remove_handle");
    find(library, curl.multiSetopt, "curl_multi_setopt");
    find(library, curl.multiInfoRead, "curl_multi_info_read");
    find(library, curl.multiSocketAction, "curl_multi_socket_action");
    find(library, curl.multiStrerror, "curl_multi_strerror");
    find(library, curl.slistAppend, "curl_slist_append");
    find(library, curl.slistFreeAll, "curl_slist_free_all");
    if (curl.globalInit(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        throw std::runtime_error("libcurl cannot be set up");
    }
    return curl;
}

} // namespace

const CurlLibrary& CurlLibrary::get() {
    static const CurlLibrary kLoaded = load();
    return kLoaded;
}

} // namespace healer::runtime
