// SPDX-License-Identifier: Apache-2.0
#include "http/redirect.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "base/spelling.h"
#include "http/curl/url.h"
#include "http/url.h"

namespace onnxhub {
namespace {

/// Whether any server may see this header. Tokens have too many names to list those instead.
bool is_harmless(std::string_view header) {
    constexpr std::string_view harmless[] = {
        "accept",       "accept-encoding", "accept-language",   "content-type",        "if-match",
        "if-range",     "if-none-match",   "if-modified-since", "if-unmodified-since", "range",
        "cache-control"};
    return std::ranges::find(harmless, lower_case(header)) != std::end(harmless);
}

/// Within one origin user and password stay valid, though Location does not repeat them.
void keep_user(const std::string& from, const CurlUrl& to) {
    const CurlUrl old = parse_url(from);
    for (const CURLUPart secret : {CURLUPART_USER, CURLUPART_PASSWORD}) {
        const std::string text = url_part(old, secret);
        if (!text.empty() && url_part(to, secret).empty()) {
            curl().url_set(to.get(), secret, text.c_str(), 0);
        }
    }
}

}  // namespace

bool is_redirect(const HttpHead& head) {
    const int status = head.status;
    const bool redirects =
        status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    return redirects && find_header(head.headers, "location");
}

std::optional<HttpRequest> redirected(HttpRequest request, const HttpHead& head,
                                      const std::string& location) {
    const CurlUrl url = parse_url(request.url);
    if (curl().url_set(url.get(), CURLUPART_URL, location.c_str(), CURLU_URLENCODE) != CURLUE_OK ||
        !is_http(url)) {
        return std::nullopt;
    }
    if (same_origin(request.url, url_part(url, CURLUPART_URL))) {
        keep_user(request.url, url);
    } else {
        std::erase_if(request.headers,
                      [](const HttpHeader& header) { return !is_harmless(header.name); });
    }
    request.url = url_part(url, CURLUPART_URL);
    const bool becomes_get = head.status == 303 || (head.status < 303 && request.method == "POST");
    if (becomes_get && request.method != "HEAD") {
        request.method = "GET";
        request.body.clear();
        std::erase_if(request.headers, [](const HttpHeader& header) {
            return lower_case(header.name) == "content-type";
        });
    }
    return request;
}

bool brings_credentials(const std::string& from, const std::string& to) {
    const CurlUrl old = parse_url(from);
    const CurlUrl next = parse_url(to);
    const auto has = [](const CurlUrl& url, CURLUPart part) {
        return !url_part(url, part).empty();
    };
    if (!has(next, CURLUPART_USER) && !has(next, CURLUPART_PASSWORD)) return false;
    return !same_origin(from, to) ||
           url_part(old, CURLUPART_USER) != url_part(next, CURLUPART_USER) ||
           url_part(old, CURLUPART_PASSWORD) != url_part(next, CURLUPART_PASSWORD);
}

}  // namespace onnxhub
