// SPDX-License-Identifier: Apache-2.0
// Parts of models that were read from servers, kept in the user's folder so that nothing is asked
// for twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/digest.h"
#include "remote/peek_depth.h"
#include "remote/sparse_bytes.h"

namespace onnxhub {

/// More files or bytes are removed before a run adds some, the oldest first.
inline constexpr std::size_t kept_graphs = 10'000;
inline constexpr std::uint64_t kept_graph_bytes = std::uint64_t{1} << 30;

/// Identifies what a server holds: the size is what the pointer states.
struct GraphKey {
    std::string authority;  ///< the mirror or Git LFS server that a hub names
    Sha256 sha;
    std::uint64_t size_bytes = 0;
};

/// A folder for each authority. What one of them says about a SHA-256 is not used for hubs that
/// name another, since a hub could name a server that lies. Thread-safe.
class GraphCache {
public:
    /// Without a folder, nothing is kept.
    explicit GraphCache(std::optional<std::filesystem::path> folder);

    /// What was read of the file, at least to this depth; null when nothing was. Files that
    /// another user can change are ignored.
    std::shared_ptr<const SparseBytes> find(const GraphKey& key, PeekDepth depth) const;

    /// Removes old files once. For before the first keep().
    void make_room() const;

    /// Returns whether find() will find it. Best effort.
    bool keep(const GraphKey& key, PeekDepth depth, const SparseBytes& bytes) const;

private:
    std::optional<std::filesystem::path> folder_;
};

}  // namespace onnxhub
