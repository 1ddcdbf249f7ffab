// SPDX-License-Identifier: Apache-2.0
// A hub on this disk: a folder with its files, or a git repository with its LFS store.
#pragma once

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
    /// `location` is a folder (an exported hub, a repository's working tree), a bare repository,
    /// or either kind of repository with ":ref" for a branch, tag or commit of it. Throws
    /// UserError when there is none.
    explicit LocalHub(const std::string& location);

    /// Text of its manifest. Throws UserError when there is none.
    std::string manifest() const;
    std::string manifest_name() const;  ///< for messages

    const Tree& tree() const { return *tree_; }

    /// The commit that is read; nothing for folders and working trees.
    const std::optional<CommitId>& commit() const { return commit_; }

    /// Where a file's bytes may be: at its path or, since that may hold a Git LFS pointer, in the
    /// LFS store. Links out of the hub are not followed.
    struct Bytes {
        std::string shown_name;
        std::unique_ptr<ByteSource> source;  ///< null: not there
        std::filesystem::path file = {};     ///< where it is a file of its own on this disk
        bool is_lfs_object = false;
    };
    std::vector<Bytes> find(const std::string& hub_path, const Sha256& sha,
                            std::uint64_t size_bytes) const;

private:
    std::optional<std::string> resolve(const std::string& hub_path) const;

    std::string location_;
    std::filesystem::path folder_;       ///< empty: a commit is read
    std::filesystem::path lfs_storage_;  ///< empty: no repository
    std::optional<CommitId> commit_;
    std::unique_ptr<Tree> tree_;
};

}  // namespace onnxhub
