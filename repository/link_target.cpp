// SPDX-License-Identifier: Apache-2.0
#include "repository/link_target.h"

#include <cstddef>
#include <utility>

#include "base/ascii.h"

namespace onnxhub {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// RFC 3986, 3.1. A single letter is a drive, which clean_hub_path() rejects.
bool has_scheme(std::string_view link) {
    if (link.empty() || !is_letter(link[0])) return false;
    std::size_t i = 1;
    while (i < link.size() && (is_letter(link[i]) || (link[i] >= '0' && link[i] <= '9') ||
                               link[i] == '+' || link[i] == '-' || link[i] == '.')) {
        ++i;
    }
    return i > 1 && i < link.size() && link[i] == ':';
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
        if (low >= 0) {
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            decoded += text[i];
        }
    }
    return decoded;
}

}  // namespace

std::string decoded_link_path(std::string_view link) {
    link = trimmed(link);
    return percent_decode(link.substr(0, link.find_first_of("?#")));
}

LinkTarget resolve_link(std::string_view folder, std::string_view link,
                        const std::optional<RepositoryUrl>& own) {
    link = trimmed(link);
    if (has_scheme(link) || link.starts_with("//")) {
        const auto path = own ? path_in_repository(*own, link) : std::nullopt;
        if (!path) return AbsoluteUrl{};
        link = *path;
        folder = {};
    }
    if (link.starts_with('/')) {
        link.remove_prefix(1);
        folder = {};
    }
    auto clean = clean_hub_path(folder, decoded_link_path(link));
    if (auto* unsafe = std::get_if<UnsafePath>(&clean)) return std::move(*unsafe);
    return std::get<std::string>(std::move(clean));
}

}  // namespace onnxhub
