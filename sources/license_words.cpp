// SPDX-License-Identifier: Apache-2.0
#include "sources/license_words.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/utf8.h"

namespace onnxhub {
namespace {

bool is_word_character(char32_t c) {
    if (c < 0x80) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
    const bool is_latin_symbol = c < 0xc0 || c == 0xd7 || c == 0xf7;
    const bool is_symbol = c >= 0x2000 && c < 0x2c00;  // punctuation, arrows, shapes
    const bool is_east_asian_mark = (c >= 0x3000 && c < 0x3040) || (c >= 0xfe30 && c < 0xff10);
    return !is_latin_symbol && !is_symbol && !is_east_asian_mark && c != 0xfeff;
}

}  // namespace

std::string license_words(std::string_view text) {
    std::string words = " ";
    words.reserve(text.size() + 2);
    while (!text.empty()) {
        char32_t c = 0;
        const std::size_t length = decode_utf8(text, c);
        if (length > 0 && is_word_character(c)) {
            for (const char byte : text.substr(0, length)) words += lower_case(byte);
        } else if (words.back() != ' ') {
            words += ' ';
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    if (words.back() != ' ') words += ' ';
    return words;
}

std::size_t count_words(std::string_view words) {
    std::size_t count = 0;
    bool is_in_word = false;
    for (const char c : words) {
        count += c != ' ' && !is_in_word;
        is_in_word = c != ' ';
    }
    return count;
}

bool has_phrase(std::string_view words, std::string_view phrase) {
    std::size_t at = words.find(phrase);
    for (; at != words.npos; at = words.find(phrase, at + 1)) {
        const std::size_t end = at + phrase.size();
        if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' ')) {
            return true;
        }
    }
    return false;
}

}  // namespace onnxhub
