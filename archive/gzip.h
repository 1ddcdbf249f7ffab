// SPDX-License-Identifier: Apache-2.0
// Compression of texts for transfer over the network.
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

/// Compresses `text` as gzip (RFC 1952), without name and time, so that the same text gives the
/// same bytes. `level` is zlib's: 1 (fast) to 9 (small).
std::string gzip(std::string_view text, int level);

/// Whether `packed` is a gzip file that says that it has `text`: by the CRC-32 and the size at its
/// end. It is not unpacked, so this is no proof.
bool is_gzip_of(std::string_view packed, std::string_view text);

}  // namespace onnxhub
