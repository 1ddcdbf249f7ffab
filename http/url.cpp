// SPDX-License-Identifier: Apache-2.0
#include "http/url.h"

#include <string_view>

#include "base/spelling.h"
#include "http/curl/url.h"

namespace onnxhub {
namespace {

constexpr std::string_view letters_and_digits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool has_only(std::string_view text, std::string_view others) {
    for (const char c : text) {
        if (letters_and_digits.find(c) == text.npos && others.find(c) == text.npos) return false;
    }
    return true;
}

/// Whether shown_url() shows the URL as it is: http or https, a name as host, no port, a path of
/// ordinary characters and nothing that could be a secret. Most are like that, and libcurl need not
/// be loaded for them.
bool is_plain_url(std::string_view url) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (!url.starts_with(scheme)) continue;
        url.remove_prefix(scheme.size());
        const std::size_t slash = url.find('/');
        if (slash == 0 || slash == url.npos) return false;
        const std::string_view host = url.substr(0, slash), path = url.substr(slash);
        const bool begins_with_letter = letters_and_digits.find(host.front()) < 52;
        const bool has_empty_label = host.find("..") != host.npos || host.ends_with('.');
        const bool has_dot_segment = path.find("/.") != path.npos;
        return begins_with_letter && has_only(host, "-.") && !has_empty_label &&
               has_only(path, "/-._~") && !has_dot_segment;
    }
    return false;
}

}  // namespace

CurlUrl parse_url(const std::string& text) {
    CurlUrl url(curl().url());
    if (url && curl().url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return {};
    return url;
}

std::string url_part(const CurlUrl& url, CURLUPart which, unsigned flags) {
    char* text = nullptr;
    if (!url || curl().url_get(url.get(), which, &text, flags) != CURLUE_OK) return "";
    std::string result = text;
    curl().free(text);
    return result;
}

bool is_http(const CurlUrl& url) {
    const std::string scheme = url_part(url, CURLUPART_SCHEME);
    return scheme == "http" || scheme == "https";
}

std::string shown_url(const std::string& text) {
    if (is_plain_url(text)) return text;
    const CurlUrl url = parse_url(text);
    if (!url) return "the URL";
    for (const CURLUPart secret :
         {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
        curl().url_set(url.get(), secret, nullptr, 0);
    }
    return url_part(url, CURLUPART_URL);
}

bool same_origin(const std::string& one, const std::string& other) {
    const CurlUrl a = parse_url(one);
    const CurlUrl b = parse_url(other);
    return a && b && url_part(a, CURLUPART_SCHEME) == url_part(b, CURLUPART_SCHEME) &&
           lower_case(url_part(a, CURLUPART_HOST)) == lower_case(url_part(b, CURLUPART_HOST)) &&
           url_part(a, CURLUPART_PORT, CURLU_DEFAULT_PORT) ==
               url_part(b, CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

std::string host_of(const std::string& url) {
    return lower_case(url_part(parse_url(url), CURLUPART_HOST));
}

}  // namespace onnxhub
