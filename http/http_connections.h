// SPDX-License-Identifier: Apache-2.0
// Connections that the HTTP clients of several threads share.
#pragma once

#include <memory>

#include "http/http_message.h"

namespace onnxhub {

/// For HttpOptions::connections. Requests to a host share one connection if it speaks HTTP/2, and
/// wait for one of a few connections otherwise.
struct ConnectionLimits {
    unsigned total = 32;
    /// To one host and port with HTTP/1.1. Browsers open six.
    unsigned per_host = 8;
};

/// Thread-safe. Throws UserError when libcurl cannot be loaded.
std::shared_ptr<HttpConnections> share_connections(const ConnectionLimits& limits);

}  // namespace onnxhub
