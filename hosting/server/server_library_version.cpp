// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/server_library_version.h"

#include "hosting/server/microhttpd_library.h"

namespace onnxhub {

std::string server_library_version() {
    return std::string("libmicrohttpd ") + mhd().get_version();
}

}  // namespace onnxhub
