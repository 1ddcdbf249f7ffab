// SPDX-License-Identifier: Apache-2.0
// A local hub: a folder with its files, or a git repository with its LFS store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "repository/git_repository.h"
#include "repository/tree.h"

namespace onnxhub {

class LocalHub {
public:
    /// `location` is a folder (an exported hub, a repository's working tree) or a bare repository;
    /// either kind of repository may be followed by ":ref" for a branch, tag or commit. Throws
    /// UserError when it does not exist.
    explicit LocalHub(const std::string& location);

    /// The manifest. Throws UserError when there is none.
    std::unique_ptr<ByteSource> open_manifest() const;
    std::string manifest() const;       ///< its text, at most manifest_size_limit
    std::string manifest_name() const;  ///< for messages

    /// Another file of the hub as text; nullopt when there is none. Throws UserError for one that
    /// is larger than the limit, and when reading fails.
    std::optional<std::string> read(const std::string& path, std::uint64_t limit_bytes) const;

    const Tree& tree() const { return *tree_; }

    /// The commit that is read; nullopt for folders and working trees.
    const std::optional<CommitId>& commit() const { return commit_; }

    /// The branch, tag or commit that was asked for; "" for folders and working trees.
    const std::string& ref() const { return ref_; }

    /// A possible source of a file: the file at its path or, since that may be a Git LFS pointer,
    /// the object in the LFS store. Links out of the hub are not followed.
    struct Bytes {
        std::string shown_name;
        std::unique_ptr<ByteSource> source;  ///< null: not available
        std::filesystem::path file = {};  ///< its path, if it is a separate file on the local disk
        bool is_lfs_object = false;
    };
    /// Without a size, the LFS store is not searched.
    std::vector<Bytes> find(const std::string& hub_path, const Sha256& sha,
                            std::optional<std::uint64_t> size_bytes) const;

private:
    std::optional<std::string> resolve(const std::string& hub_path) const;

    std::string location_;
    std::filesystem::path folder_;       ///< empty if a commit is read
    std::filesystem::path lfs_storage_;  ///< empty without a repository
    std::optional<CommitId> commit_;
    std::string ref_;
    std::unique_ptr<Tree> tree_;
};

}  // namespace onnxhub
