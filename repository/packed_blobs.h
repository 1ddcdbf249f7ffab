// SPDX-License-Identifier: Apache-2.0
// Small blobs, such as Git LFS pointers, read from a repository's packs by many threads at once.
// Everything unusual is left to libgit2, which locks for each object.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "repository/tree.h"

namespace onnxhub {

class PackFile;

/// Larger blobs, and those that are stored as a difference to a larger one, are left to libgit2.
inline constexpr std::uint64_t packed_blob_limit = 4096;  // bytes

struct PackedBlob {
    std::uint64_t size_bytes = 0;
    std::optional<std::string> content;  ///< absent: larger than packed_blob_limit
};

class PackedBlobs {
public:
    /// Packs are looked for in `objects`/pack, once, when the first blob is wanted. Those with
    /// another format are left out.
    explicit PackedBlobs(std::filesystem::path objects);
    ~PackedBlobs();

    /// Nothing when libgit2 must look: the object is not in these packs, is no blob, or is stored
    /// in an unusual way, or the pack is damaged. The content has been compared with the id.
    /// Thread-safe.
    std::optional<PackedBlob> find(const BlobId& id) const;

private:
    void open_packs() const;

    std::filesystem::path objects_;
    mutable std::once_flag is_open_;
    mutable std::vector<std::unique_ptr<PackFile>> packs_;
};

}  // namespace onnxhub
