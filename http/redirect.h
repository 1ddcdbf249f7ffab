// SPDX-License-Identifier: Apache-2.0
// Redirects: which URL is next, and which secrets may go there.
#pragma once

#include <optional>
#include <string>

#include "http/http_message.h"

namespace onnxhub {

/// Whether the response sends the client to another URL.
bool is_redirect(const HttpHead& head);

/// The request after a redirect; nothing when `location` is not an HTTP URL.
std::optional<HttpRequest> redirected(HttpRequest request, const HttpHead& head,
                                      const std::string& location);

/// Whether a redirect to `to` would send a user name or password that the request to `from` did not
/// send to the same origin.
bool brings_credentials(const std::string& from, const std::string& to);

}  // namespace onnxhub
