// SPDX-License-Identifier: Apache-2.0
// HTTP requests: timeouts, retries, redirects that keep secrets, proxies, custom certificates.
// libcurl does the work. It is loaded when a request is made.
#pragma once

#include <cstdint>
#include <memory>
#include <variant>

#include "http/http_message.h"
#include "http/url.h"

namespace onnxhub {

/// Certificates come from CURL_CA_BUNDLE, else SSL_CERT_FILE, and from SSL_CERT_DIR. Messages about
/// certificates name the variable that was used. Proxies come from the usual variables
/// (https_proxy, no_proxy, …), passwords from the URL or ~/.netrc. At most ten redirects are
/// followed. All methods are repeated in the same way, POST too. Not thread-safe: each thread needs
/// its own client. Requests throw UserError when libcurl cannot be loaded.
class HttpClient {
public:
    explicit HttpClient(HttpOptions options = {});
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Returns the whole response, with any status, or `too_large` when its body has more than
    /// `body_limit` bytes. Bodies of errors are cut at error_body_limit.
    std::variant<HttpResponse, HttpFailure> send(const HttpRequest& request,
                                                 std::uint64_t body_limit = 16 << 20);

    /// Streams the body of one response. When the sink refuses the body, the head is the result.
    std::variant<HttpHead, HttpFailure> stream(const HttpRequest& request, HttpSink& sink);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace onnxhub
