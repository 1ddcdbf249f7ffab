// SPDX-License-Identifier: Apache-2.0
#include "base/escaping.h"
#include "base/utf8.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace onnxhub {
namespace {

std::string hex_escape(char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    return {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
}

/// Whether it could deceive a terminal or a reader: control characters, and marks that change the
/// direction of text (https://www.unicode.org/reports/tr9/).
bool is_unprintable(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029;
}

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_punctuation(char c) {
    constexpr std::string_view harmless = " -./,'\";:%?=";
    return static_cast<unsigned char>(c) < 0x80 && !is_word(c) && harmless.find(c) == harmless.npos;
}

bool ends_with_any_case(std::string_view text, std::string_view lower_case) {
    if (text.size() < lower_case.size()) return false;
    text.remove_prefix(text.size() - lower_case.size());
    return std::equal(text.begin(), text.end(), lower_case.begin(),
                      [](char a, char b) { return (a | 0x20) == b; });
}

/// GitHub links mentions, issues and addresses in the text that Markdown gives, where escapes no
/// longer show: "@name", "#1", "GH-1", "www.", "https://". An invisible character between `before`
/// and the character after it breaks them.
bool is_link_joint(std::string_view before, char after) {
    if (before.back() == '@' || before.back() == '#') return is_word(after);
    if (before.back() == ':') return after == '/';
    if (after == '.') return ends_with_any_case(before, "www");
    return ends_with_any_case(before, "gh-");
}

/// Whether the character at `i` would be more than itself to Markdown: "- " and "1. " begin lists.
bool needs_escape(std::string_view text, std::size_t i) {
    if (text[i] == '-') return i == 0;
    if (text[i] == '.') return i + 1 == text.size() || text[i + 1] == ' ';
    return is_punctuation(text[i]);
}

}  // namespace

std::string printable(const std::string& text) {
    const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7f; };
    if (std::ranges::all_of(text, is_plain)) return text;
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        char32_t c = 0;
        const std::size_t length = decode_utf8(std::string_view(text).substr(i), c);
        if (length > 0 && !is_unprintable(c)) {
            result.append(text, i, length);
        } else {
            for (std::size_t k = i; k < i + std::max<std::size_t>(length, 1); ++k) {
                result += hex_escape(text[k]);
            }
        }
        i += std::max<std::size_t>(length, 1);
    }
    return result;
}

std::string shown(const std::string& text) {
    constexpr std::size_t limit = 2000;  // bytes before escaping; paths and messages have hundreds
    if (text.size() <= limit) return printable(text);
    std::size_t end = limit;
    while (end > limit - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return printable(text.substr(0, end)) + "\u2026";
}

std::string markdown_text(const std::string& text) {
    std::string escaped;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (needs_escape(text, i)) {
            escaped += "&#" + std::to_string(static_cast<int>(text[i])) + ';';
        } else {
            escaped += text[i];
        }
        const bool has_next = i + 1 < text.size();
        if (has_next && is_link_joint(std::string_view(text).substr(0, i + 1), text[i + 1])) {
            escaped += "&#8203;";
        }
    }
    return escaped;
}

std::string markdown_code(const std::string& text) {
    std::size_t longest_run = 0;
    std::size_t run = 0;
    for (const char c : text) {
        run = c == '`' ? run + 1 : 0;
        longest_run = std::max(longest_run, run);
    }
    const std::string fence(longest_run + 1, '`');
    // Markdown takes one space off either end.
    return fence + ' ' + text + ' ' + fence;
}

std::string without_runner_commands(std::string_view text, std::string_view number_sign) {
    constexpr std::string_view command_begin = "##[";
    std::string result;
    result.reserve(text.size());
    for (;;) {
        const std::size_t at = text.find(command_begin);
        if (at == text.npos) return result.append(text);
        result.append(text.substr(0, at + 1)).append(number_sign).append("[");
        text.remove_prefix(at + command_begin.size());
    }
}

}  // namespace onnxhub
