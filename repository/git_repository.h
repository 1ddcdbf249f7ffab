// SPDX-License-Identifier: Apache-2.0
// A git repository as onnxhub reads it (libgit2): revisions, merge bases, blobs. Read only.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "repository/commit_id.h"
#include "repository/tree.h"

namespace onnxhub {

struct GitHandle;  // libgit2's side, for the sources of this module

class GitRepository {
public:
    /// The repository that `folder` belongs to (its own, or that of a folder above; bare, linked
    /// worktrees and shallow clones too), or null when there is none. Throws UserError when
    /// there is one that can't be used (dubious ownership, unknown format), saying what to do.
    static std::shared_ptr<const GitRepository> find(const std::filesystem::path& folder);

    ~GitRepository();

    /// A commit, branch, tag or any other revision git understands. Throws UserError when
    /// there is no such commit here; in a shallow clone the message names `fetch-depth: 0`.
    CommitId resolve_commit(const std::string& revision) const;

    /// The best common ancestor. Throws UserError when there is none here; in a shallow
    /// clone the message names `fetch-depth: 0`.
    CommitId merge_base(const CommitId& one, const CommitId& other) const;

    /// Whether a branch, a remote's branch or a tag leads to the commit, now.
    bool is_reachable(const CommitId& commit) const;
    /// Whether a branch, a remote's branch or a tag names the commit itself, now.
    bool is_published_tip(const CommitId& commit) const;
    /// Whether `commit` is `tip` or one of its ancestors.
    bool leads_to(const CommitId& tip, const CommitId& commit) const;

    std::filesystem::path index_path() const;  ///< of the index of this working tree
    /// The paths in the index below `subfolder` ("" for all), from there on, sorted byte for byte.
    /// Throws UserError when the index is damaged. For one thread at a time.
    std::vector<std::string> tracked_files(const std::string& subfolder) const;

    bool is_bare() const;
    bool is_shallow() const;
    std::filesystem::path working_folder() const;  ///< top of the working tree; empty when bare
    /// Where git keeps index, HEAD and its locks: of a linked worktree a folder of its own.
    std::filesystem::path git_folder() const;
    std::filesystem::path common_folder() const;  ///< what all worktrees share: refs, info, config
    /// Folder of LFS objects: `lfs.storage`, else `lfs` in the common git folder; objects lie at
    /// objects/ab/cd/abcd….
    std::filesystem::path lfs_storage() const;

    /// A value of git's configuration for this repository, "remote.origin.url"; nothing when it is
    /// not set.
    std::optional<std::string> config_value(const std::string& key) const;

    /// The files below `subfolder` ("" for all) of a commit. Keeps the repository alive.
    std::unique_ptr<Tree> tree_of(const CommitId& commit, const std::string& subfolder) const;
    /// The working tree below `subfolder`. Throws UserError when the repository is bare.
    std::unique_ptr<Tree> working_tree(const std::string& subfolder) const;

private:
    explicit GitRepository(std::shared_ptr<GitHandle> handle);
    std::shared_ptr<GitHandle> handle_;
};

/// The files of a folder that need not be a repository: every file counts, but for .git folders.
std::unique_ptr<Tree> folder_tree(const std::filesystem::path& folder);

}  // namespace onnxhub
