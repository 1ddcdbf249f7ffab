// SPDX-License-Identifier: Apache-2.0
#include "manifest/hub_path.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>
#include <vector>

namespace onnxhub {
namespace {

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

/// "C:", "https:" and the like: a letter, then letters, digits, '+', '-', '.' up to a colon
/// (RFC 3986, 3.1).
bool has_scheme(std::string_view path) {
    const std::size_t colon = path.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    const auto is_scheme_character = [](unsigned char c) {
        return std::isalnum(c) || c == '+' || c == '-' || c == '.';
    };
    return std::isalpha(static_cast<unsigned char>(path[0])) &&
           std::all_of(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(colon),
                       is_scheme_character);
}

bool is_git_folder(std::string_view segment) {
    return segment.size() == 4 && segment[0] == '.' && std::tolower(segment[1]) == 'g' &&
           std::tolower(segment[2]) == 'i' && std::tolower(segment[3]) == 't';
}

std::optional<std::string> first_objection(std::string_view path) {
    if (path.starts_with('/')) return "is absolute";
    if (path.find('\\') != path.npos) return "holds a backslash";
    if (std::any_of(path.begin(), path.end(), is_control)) return "holds a control character";
    if (first_line_not_utf8(path) != 0) return "is not UTF-8";
    if (has_scheme(path)) return "is a URL or starts with a drive letter";
    return std::nullopt;
}

/// Appends the segments of `path` to `segments`; false when it leaves the root.
bool append_segments(std::vector<std::string_view>& segments, std::string_view path) {
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
        if (segment.empty() || segment == ".") continue;
        if (segment == "..") {
            if (segments.empty()) return false;
            segments.pop_back();
        } else {
            segments.push_back(segment);
        }
    }
    return true;
}

}  // namespace

std::variant<std::string, UnsafePath> clean_hub_path(std::string_view base, std::string_view path) {
    if (auto objection = first_objection(path)) return UnsafePath{std::move(*objection)};
    std::vector<std::string_view> segments;
    if (!append_segments(segments, base) || !append_segments(segments, path)) {
        return UnsafePath{"leads out of the repository"};
    }
    std::string clean;
    for (const std::string_view segment : segments) {
        if (is_git_folder(segment)) return UnsafePath{"leads into a .git folder"};
        if (!clean.empty()) clean += '/';
        clean += segment;
    }
    return clean;
}

std::variant<std::string, UnsafePath> check_hub_path(std::string_view path) {
    if (path.empty()) return UnsafePath{"is empty"};
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

std::size_t decode_utf8(std::string_view text, char32_t& c) {
    if (text.empty()) return 0;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) {
        c = lead;
        return 1;
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
    char32_t value = lead & (0xff >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
        value = (value << 6) | (byte(i) & 0x3f);
    }
    static constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return 0;
    c = value;
    return length;
}

int first_line_not_utf8(std::string_view text) {
    int line = 1;
    for (std::size_t i = 0; i < text.size();) {
        if (static_cast<unsigned char>(text[i]) < 0x80) {
            line += text[i] == '\n';
            ++i;
            continue;
        }
        char32_t c = 0;
        const std::size_t length = decode_utf8(text.substr(i), c);
        if (length == 0) return line;
        i += length;
    }
    return 0;
}

}  // namespace onnxhub
