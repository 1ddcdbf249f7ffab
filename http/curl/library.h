// SPDX-License-Identifier: Apache-2.0
// The functions of libcurl that onnxhub calls. The library is loaded at the first use: most
// commands need no network.
#pragma once

#include <curl/curl.h>

// One place names each function, for its pointer and for the look-up in the library.
#define ONNXHUB_CURL_FUNCTIONS(X) \
    X(easy_cleanup)               \
    X(easy_init)                  \
    X(easy_perform)               \
    X(easy_reset)                 \
    X(easy_setopt)                \
    X(easy_strerror)              \
    X(free)                       \
    X(getdate)                    \
    X(global_init)                \
    X(multi_add_handle)           \
    X(multi_cleanup)              \
    X(multi_info_read)            \
    X(multi_init)                 \
    X(multi_perform)              \
    X(multi_poll)                 \
    X(multi_remove_handle)        \
    X(multi_setopt)               \
    X(multi_wakeup)               \
    X(slist_append)               \
    X(slist_free_all)             \
    X(url)                        \
    X(url_cleanup)                \
    X(url_get)                    \
    X(url_set)                    \
    X(version)

namespace onnxhub {

/// `curl().easy_init()` calls curl_easy_init().
struct CurlLibrary {
#define ONNXHUB_POINTER(name) decltype(&curl_##name) name;
    ONNXHUB_CURL_FUNCTIONS(ONNXHUB_POINTER)
#undef ONNXHUB_POINTER

    /// Loads and initializes libcurl. Throws UserError when that fails.
    CurlLibrary();
};

/// Thread-safe. Throws as the constructor does.
const CurlLibrary& curl();

}  // namespace onnxhub
