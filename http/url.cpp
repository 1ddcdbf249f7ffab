// SPDX-License-Identifier: Apache-2.0
#include "http/url.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
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

/// A decimal number up to `limit` without leading zeros.
bool is_plain_number(std::string_view text, unsigned limit) {
    if (text.empty() || text.size() > 5 || (text.front() == '0' && text.size() > 1)) return false;
    unsigned number = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
        number = number * 10 + static_cast<unsigned>(c - '0');
    }
    return number <= limit;
}

/// Four numbers with dots between them. libcurl rewrites all other forms.
bool is_ipv4_address(std::string_view host) {
    for (int dots = 0; dots < 3; ++dots) {
        const std::size_t dot = host.find('.');
        if (dot == host.npos || !is_plain_number(host.substr(0, dot), 255)) return false;
        host.remove_prefix(dot + 1);
    }
    return is_plain_number(host, 255);
}

bool is_host_name(std::string_view host) {
    const bool begins_with_letter = !host.empty() && letters_and_digits.find(host.front()) < 52;
    const bool has_empty_label = host.find("..") != host.npos || host.ends_with('.');
    return begins_with_letter && has_only(host, "-.") && !has_empty_label;
}

/// Whether shown_url() shows the URL as it is: http or https, a name or an IPv4 address as host, a
/// path of ordinary characters and nothing that could be a secret. Most URLs are like that, and
/// libcurl need not be loaded for them.
bool is_plain_url(std::string_view url) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (!url.starts_with(scheme)) continue;
        url.remove_prefix(scheme.size());
        const std::size_t slash = url.find('/');
        if (slash == url.npos) return false;
        std::string_view host = url.substr(0, slash);
        const std::string_view path = url.substr(slash);
        if (const std::size_t colon = host.find(':'); colon != host.npos) {
            if (!is_plain_number(host.substr(colon + 1), 65535)) return false;
            host = host.substr(0, colon);
        }
        return (is_host_name(host) || is_ipv4_address(host)) && has_only(path, "/-._~") &&
               path.find("/.") == path.npos;
    }
    return false;
}

/// Scheme, host and port of a URL that is plain, with or without a path; otherwise nothing.
std::optional<std::string> plain_origin(const std::string& url) {
    if (!is_plain_url(url) && !is_plain_url(url + "/")) return std::nullopt;
    const std::size_t host = url.find("://") + 3;
    std::string origin = lower_case(url.substr(0, url.find('/', host)));
    if (origin.find(':', host) == origin.npos)
        origin += origin.starts_with("https") ? ":443" : ":80";
    return origin;
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
    for (const std::string& shown : {text, text + "/"}) {  // libcurl gives every URL a path
        if (is_plain_url(shown)) return shown;
    }
    const CurlUrl url = parse_url(text);
    if (!url) return "the URL";
    for (const CURLUPart secret :
         {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
        curl().url_set(url.get(), secret, nullptr, 0);
    }
    return url_part(url, CURLUPART_URL);
}

bool same_origin(const std::string& one, const std::string& other) {
    const auto plain_one = plain_origin(one);
    const auto plain_other = plain_origin(other);
    if (plain_one && plain_other) return *plain_one == *plain_other;
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

namespace {

/// Removes empty and dot segments.
std::string plain_segments(std::string_view path) {
    std::string text;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        const std::string_view segment = path.substr(0, end);
        path.remove_prefix(std::min(end + 1, path.size()));
        if (segment == "..") text.resize(std::min(text.rfind('/'), text.size()));
        if (segment.empty() || segment == "." || segment == "..") continue;
        text.append("/").append(segment);
    }
    return text;
}

/// "host:port/path" of a URL that libcurl need not be loaded for; otherwise nothing.
std::optional<std::string> address_without_libcurl(const std::string& url) {
    if (!is_plain_url(url) && !is_plain_url(url + "/")) return std::nullopt;
    std::string rest = url.substr(url.find("://") + 3);
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::size_t colon = rest.find(':');
    if (colon < slash) {
        const std::string port = rest.substr(colon, slash - colon);
        if (port == ":80" || port == ":443") rest.erase(colon, port.size());
    }
    return rest;
}

}  // namespace

std::string plain_address(const std::string& text) {
    if (const auto plain = address_without_libcurl(text)) {
        const std::size_t slash = std::min(plain->find('/'), plain->size());
        return lower_case(plain->substr(0, slash)) + plain_segments(plain->substr(slash));
    }
    const CurlUrl url = parse_url(text);
    if (!url) return text;
    std::string host = url_part(url, CURLUPART_HOST, CURLU_PUNYCODE);
    if (host.empty()) host = url_part(url, CURLUPART_HOST);
    while (host.ends_with('.')) host.pop_back();
    const std::string port = url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    const std::string path = url_part(url, CURLUPART_PATH, CURLU_URLDECODE);
    return lower_case(host + (port == "80" || port == "443" ? "" : ":" + port)) +
           plain_segments(path.empty() ? url_part(url, CURLUPART_PATH) : path);
}

std::string canonical_address(const std::string& text) {
    return lower_case(plain_address(text));
}

std::string encoded_path(std::string_view path) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (const char c : path) {
        if (has_only(std::string_view(&c, 1), "-_.~/")) {
            text += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            text += {'%', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return text;
}

}  // namespace onnxhub
