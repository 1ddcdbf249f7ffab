// SPDX-License-Identifier: Apache-2.0
// The libgit2 part of a repository, private to the .cpp files of this module.
#pragma once

#include <git2.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "repository/commit_id.h"
#include "repository/packed_blobs.h"
#include "repository/tree.h"

namespace onnxhub {

template <auto free_handle>
struct FreeWith {
    template <class Handle>
    void operator()(Handle* handle) const noexcept {
        free_handle(handle);
    }
};

using GitOdb = std::unique_ptr<git_odb, FreeWith<git_odb_free>>;
using GitObject = std::unique_ptr<git_object, FreeWith<git_object_free>>;
using GitTree = std::unique_ptr<git_tree, FreeWith<git_tree_free>>;
using GitIndex = std::unique_ptr<git_index, FreeWith<git_index_free>>;
using GitConfig = std::unique_ptr<git_config, FreeWith<git_config_free>>;

/// An open repository.
struct GitHandle {
    std::unique_ptr<git_repository, FreeWith<git_repository_free>> repository;
    GitOdb odb;  ///< locks internally: the only libgit2 object that threads may share
    std::unique_ptr<const PackedBlobs> packs;
};

/// libgit2's message for the last failure in this thread, on one line.
std::string git_message();

BlobId to_blob_id(const git_oid& oid);
git_oid to_git_oid(const BlobId& id);

/// Opens a blob. Large blobs are inflated one at a time, to bound memory. Throws UserError, also
/// when the blob is missing (partial clones).
std::unique_ptr<ByteSource> open_blob(const std::shared_ptr<GitHandle>& handle, const BlobId& id,
                                      const std::string& shown_name);
/// The same for a blob whose size is known from blob_size().
std::unique_ptr<ByteSource> open_blob(const std::shared_ptr<GitHandle>& handle, const BlobId& id,
                                      std::uint64_t size_bytes, const std::string& shown_name);

/// A small blob from a pack, faster than libgit2; nothing: see PackedBlobs::find().
std::optional<PackedBlob> packed_blob(const GitHandle& handle, const BlobId& id);

/// Size in bytes without inflating the blob; throws like open_blob.
std::uint64_t blob_size(const GitHandle& handle, const BlobId& id, const std::string& shown_name);

/// The blob, also parsed as a Git LFS pointer; throws like open_blob.
HeldByGit held_blob(const std::shared_ptr<GitHandle>& handle, const BlobId& id,
                    const std::string& shown_name);

/// What the trees of a repository have in common.
struct TreePlace {
    Origin origin;
    std::filesystem::path lfs_storage;
    std::filesystem::path annex_objects;

    /// The content in the local store, or null.
    std::unique_ptr<ByteSource> open(const LfsPointer& pointer) const;
    std::unique_ptr<ByteSource> open(const AnnexKey& key) const;
};

std::unique_ptr<Tree> make_revision_tree(std::shared_ptr<GitHandle> handle, const CommitId& commit,
                                         TreePlace place);
std::unique_ptr<Tree> make_working_tree(std::shared_ptr<GitHandle> handle, TreePlace place);

}  // namespace onnxhub
