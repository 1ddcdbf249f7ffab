// SPDX-License-Identifier: Apache-2.0
#include "http/curl/library.h"

#include "base/shared_library.h"
#include "base/user_error.h"

namespace onnxhub {

CurlLibrary::CurlLibrary() {
    const SharedLibrary library(LIBCURL_SONAME, "HTTP");
#define ONNXHUB_FIND(name) library.find(name, "curl_" #name);
    ONNXHUB_CURL_FUNCTIONS(ONNXHUB_FIND)
#undef ONNXHUB_FIND
    if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        throw UserError(LIBCURL_SONAME
                        ": cannot be initialized; check the OpenSSL configuration of this system");
    }
}

const CurlLibrary& curl() {
    static const CurlLibrary library;
    return library;
}

}  // namespace onnxhub
