// SPDX-License-Identifier: Apache-2.0
#include "manifest/hub_path.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/utf8.h"

namespace onnxhub {
namespace {

constexpr std::size_t path_limit = 4096;  // bytes, PATH_MAX of Linux

bool has_control_character(std::string_view text) {
    for (char32_t c = 0; !text.empty();) {
        const std::size_t length = decode_utf8(text, c);
        if (length == 0) return false;
        if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return true;
        text.remove_prefix(length);
    }
    return false;
}

bool is_letter(char c) {
    return lower_case(c) >= 'a' && lower_case(c) <= 'z';
}

/// Whether the path starts like "C:" or "https:": a letter, then letters, digits, '+', '-', '.' up
/// to a colon (RFC 3986, 3.1).
bool has_scheme(std::string_view path) {
    const std::string_view scheme = path.substr(0, path.find(':'));
    if (scheme.size() == path.size() || scheme.empty() || !is_letter(scheme[0])) return false;
    return std::all_of(scheme.begin(), scheme.end(), [](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    });
}

/// Printable ASCII without backslashes, as nearly all paths are.
bool is_plain_path(std::string_view path) {
    return std::ranges::all_of(path, [](char c) { return c >= 0x20 && c < 0x7f && c != '\\'; });
}

std::optional<std::string> first_objection(std::string_view path) {
    if (path.starts_with('/')) return "is absolute";
    if (path.size() <= path_limit && is_plain_path(path)) {
        if (has_scheme(path)) return "is a URL or starts with a drive letter";
        return std::nullopt;
    }
    if (path.find('\\') != path.npos) return "holds a backslash";
    if (first_line_not_utf8(path) != 0) return "is not UTF-8";
    if (path.size() > path_limit) return "is longer than 4,096 bytes";
    if (has_control_character(path)) return "holds a control character";
    if (has_scheme(path)) return "is a URL or starts with a drive letter";
    return std::nullopt;
}

/// Whether append_segments() would take every segment as it is.
bool has_clean_segments(std::string_view path) {
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string_view segment = path.substr(begin, end - begin);
        if (segment.empty() || segment == "." || segment == ".." ||
            equals_ignoring_case(segment, ".git")) {
            return false;
        }
        begin = end + 1;
    }
    return true;
}

/// Appends the segments of `path` to `segments`. Returns the reason if a segment is not allowed.
std::optional<std::string> append_segments(std::vector<std::string_view>& segments,
                                           std::string_view path) {
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
        if (segment.empty() || segment == ".") continue;
        if (equals_ignoring_case(segment, ".git")) return "leads into a .git folder";
        if (segment != "..") {
            segments.push_back(segment);
        } else if (segments.empty()) {
            return "points outside of the repository";
        } else {
            segments.pop_back();
        }
    }
    return std::nullopt;
}

}  // namespace

std::variant<std::string, UnsafePath> clean_hub_path(std::string_view base, std::string_view path) {
    if (auto objection = first_objection(path)) return UnsafePath{std::move(*objection)};
    std::vector<std::string_view> segments;
    for (const std::string_view part : {base, path}) {
        if (auto objection = append_segments(segments, part)) {
            return UnsafePath{std::move(*objection)};
        }
    }
    std::string clean;
    for (const std::string_view segment : segments) {
        if (!clean.empty()) clean += '/';
        clean += segment;
    }
    // "./C:/x" and "a/../https:" start with a scheme only after normalization.
    if (has_scheme(clean)) return UnsafePath{"starts with a drive letter or a URL scheme"};
    return clean;
}

std::variant<std::string, UnsafePath> check_hub_path(std::string_view path) {
    if (path.empty()) return UnsafePath{"is empty"};
    if (has_clean_segments(path) && !first_objection(path)) return std::string(path);
    auto clean = clean_hub_path("", path);
    if (const auto* text = std::get_if<std::string>(&clean); text && *text != path) {
        return UnsafePath{"has \".\", \"..\" or empty segments"};
    }
    return clean;
}

std::string_view parent_folder(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? std::string_view() : path.substr(0, slash);
}

std::string_view file_name(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? path : path.substr(slash + 1);
}

}  // namespace onnxhub
