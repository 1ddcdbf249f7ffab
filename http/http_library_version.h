// SPDX-License-Identifier: Apache-2.0
// Which libcurl this system has.
#pragma once

#include <string>

namespace onnxhub {

/// "libcurl/7.88.1 OpenSSL/3.0.19 zlib/1.2.13". Loads libcurl. Throws UserError when
/// it cannot be loaded.
std::string http_library_version();

}  // namespace onnxhub
