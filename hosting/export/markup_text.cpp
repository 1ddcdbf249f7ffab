// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/markup_text.h"

#include <algorithm>
#include <cstddef>

#include "base/utf8.h"

namespace onnxhub {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// XML 1.0, production Char.
bool is_allowed(char32_t c) {
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xfffe) || c >= 0x10000;
}

std::string_view escape_of(std::string_view character) {
    if (character == "&") return "&amp;";
    if (character == "<") return "&lt;";
    if (character == ">") return "&gt;";
    if (character == "\"") return "&quot;";
    if (character == "'") return "&#39;";
    return character;
}

}  // namespace

std::string markup_text(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        char32_t c = 0;
        const std::size_t length = decode_utf8(text, c);
        result += length > 0 && is_allowed(c) ? escape_of(text.substr(0, length)) : replacement;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return result;
}

}  // namespace onnxhub
