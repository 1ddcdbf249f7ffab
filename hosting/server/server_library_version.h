// SPDX-License-Identifier: Apache-2.0
// Which libmicrohttpd this system has.
#pragma once

#include <string>

namespace onnxhub {

/// "libmicrohttpd 0.9.75". Loads libmicrohttpd. Throws UserError when
/// it cannot be loaded.
std::string server_library_version();

}  // namespace onnxhub
