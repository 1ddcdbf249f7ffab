// SPDX-License-Identifier: Apache-2.0
// Divides a sequence of items into chunks whose borders follow from the items themselves. So an
// item that is added or removed changes the chunk that it is in, and rarely a neighbour: all other
// chunks keep their bytes. The result does not depend on earlier results.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace onnxhub {

/// Sizes in any unit: bytes, or numbers of items.
struct ChunkSizes {
    std::size_t least = 0;  ///< a chunk ends only when it has this size, except the last
    std::size_t mean = 0;   ///< of the chunks of a long sequence, about
    std::size_t most = 0;   ///< reached only by a single item that is larger
};

class ContentChunks {
public:
    explicit ContentChunks(const ChunkSizes& sizes) : sizes_(sizes) {}

    /// Takes the next item and says whether it begins a new chunk. The first item does not.
    /// `identity` is the part of the item that stays the same when its content changes.
    bool begins_with(std::string_view identity, std::size_t size);

private:
    bool is_border(std::string_view identity, std::size_t size) const;

    ChunkSizes sizes_;
    std::size_t size_ = 0;  ///< of the present chunk
};

}  // namespace onnxhub
