// SPDX-License-Identifier: Apache-2.0
#include "archive/gzip.h"

#include <zlib.h>

#include <new>

namespace onnxhub {

std::string gzip(std::string_view text, int level) {
    constexpr int as_gzip = 15 + 16;  // window bits, and the flag for a gzip header
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

}  // namespace onnxhub
