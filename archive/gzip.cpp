// SPDX-License-Identifier: Apache-2.0
#include "archive/gzip.h"

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <new>

namespace onnxhub {

namespace {

constexpr int as_gzip = 15 + 16;  // window bits, and the flag for a gzip header

}  // namespace

std::string gzip(std::string_view text, int level) {
    z_stream stream = {};
    if (deflateInit2(&stream, level, Z_DEFLATED, as_gzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::bad_alloc();
    }
    std::string packed(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);  // ends at once, since the buffer is large enough
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

std::optional<std::string> gunzip(std::string_view packed, std::size_t size_bytes) {
    z_stream stream = {};
    if (inflateInit2(&stream, as_gzip) != Z_OK) throw std::bad_alloc();
    std::string text(size_bytes + 1, '\0');  // one more shows a longer text
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    const int result = inflate(&stream, Z_FINISH);
    text.resize(stream.total_out);
    inflateEnd(&stream);
    if (result != Z_STREAM_END || text.size() != size_bytes) return std::nullopt;
    return text;
}

bool is_gzip_of(std::string_view packed, std::string_view text) {
    constexpr std::size_t trailer = 8;  // CRC-32 and size, little-endian
    constexpr std::size_t header = 10;
    if (packed.size() < header + trailer || !packed.starts_with("\x1f\x8b")) return false;
    const auto word_at = [&](std::size_t offset) {
        std::uint32_t word = 0;
        for (std::size_t i = 4; i-- > 0;) {
            word = word << 8 | static_cast<unsigned char>(packed[offset + i]);
        }
        return word;
    };
    const uLong crc =
        crc32_z(crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(text.data()), text.size());
    return word_at(packed.size() - 8) == crc &&
           word_at(packed.size() - 4) == static_cast<std::uint32_t>(text.size());
}

}  // namespace onnxhub
