// SPDX-License-Identifier: Apache-2.0
#include "http/http_library_version.h"

#include "http/curl/library.h"

namespace onnxhub {

std::string http_library_version() {
    return curl().version();
}

}  // namespace onnxhub
