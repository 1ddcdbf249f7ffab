// SPDX-License-Identifier: Apache-2.0
// libcurl's URL parser. Requests are made with the same one, so that a check and the request that
// follows never disagree about the host.
#pragma once

#include <memory>
#include <string>

#include "http/curl/library.h"

namespace onnxhub {

struct CurlUrlDeleter {
    void operator()(CURLU* url) const { curl().url_cleanup(url); }
};
using CurlUrl = std::unique_ptr<CURLU, CurlUrlDeleter>;

/// Null when the URL is invalid.
CurlUrl parse_url(const std::string& text);

/// Empty when the URL is null or has no such part. `flags` are those of curl_url_get().
std::string url_part(const CurlUrl& url, CURLUPart which, unsigned flags = 0);

bool is_http(const CurlUrl& url);

}  // namespace onnxhub
