// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace onnxhub {
namespace {

/// Bytes before the first one that is not ASCII.
std::size_t ascii_length(std::string_view text) {
    std::size_t length = 0;
    for (; length + 8 <= text.size(); length += 8) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + length, sizeof bytes);
        if (bytes & 0x8080808080808080) break;
    }
    while (length < text.size() && static_cast<unsigned char>(text[length]) < 0x80) ++length;
    return length;
}

}  // namespace

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
    std::size_t i = ascii_length(text);
    while (i < text.size()) {
        char32_t c = 0;
        const std::size_t length = decode_utf8(text.substr(i), c);
        if (length == 0) {
            return 1 + static_cast<int>(std::ranges::count(text.substr(0, i), '\n'));
        }
        i += length;
        i += ascii_length(text.substr(i));
    }
    return 0;
}

}  // namespace onnxhub
