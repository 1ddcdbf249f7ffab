// SPDX-License-Identifier: Apache-2.0
#include "index/content_chunks.h"

#include <algorithm>

#include "base/digest.h"

namespace onnxhub {
namespace {

/// The first 32 bits of its SHA-256: hubs choose names, so another hash could be directed.
std::uint64_t hash_of(std::string_view identity) {
    const Sha256 digest = sha256_of(identity);
    std::uint64_t hash = 0;
    for (int i = 0; i < 4; ++i) hash = hash << 8 | digest.bytes[static_cast<std::size_t>(i)];
    return hash;
}

}  // namespace

bool ContentChunks::begins_with(std::string_view identity, std::size_t size) {
    const bool begins = size_ > 0 && is_border(identity, size);
    size_ = begins ? size : size_ + size;
    return begins;
}

/// Larger items are borders more often, so that chunks of all kinds of items have the mean size.
bool ContentChunks::is_border(std::string_view identity, std::size_t size) const {
    if (size_ + size > sizes_.most) return true;
    if (size_ < sizes_.least) return false;
    const std::uint64_t distance = std::max<std::size_t>(sizes_.mean - sizes_.least, 1);
    return hash_of(identity) < (std::uint64_t{size} << 32) / distance;
}

}  // namespace onnxhub
