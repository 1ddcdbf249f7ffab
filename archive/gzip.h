// SPDX-License-Identifier: Apache-2.0
// Compression of texts for transfer over the network.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace onnxhub {

/// Compresses `text` as gzip (RFC 1952), without name and time, so that the same text gives the
/// same bytes. `level` is zlib's: 1 (fast) to 9 (small).
std::string gzip(std::string_view text, int level);

/// The text of `size_bytes` bytes that `packed` has; nullopt when it is not such a gzip file.
std::optional<std::string> gunzip(std::string_view packed, std::size_t size_bytes);

/// Whether `packed` is a gzip file that says that it has `text`: by the CRC-32 and the size at its
/// end. It is not unpacked, so this is no proof.
bool is_gzip_of(std::string_view packed, std::string_view text);

}  // namespace onnxhub
