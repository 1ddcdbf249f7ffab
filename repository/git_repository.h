// SPDX-License-Identifier: Apache-2.0
// Read access to a git repository (libgit2): revisions, merge bases, blobs.
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
struct TreePlace;

/// From now on, find() also opens repositories that belong to other users, without asking git's
/// safe.directory. For programs that only read what the user named: libgit2 runs no command of a
/// repository's configuration.
void accept_repositories_of_all_users();

class GitRepository {
public:
    /// Finds the repository that contains `folder`: its own or one in a parent folder; bare
    /// repositories, linked worktrees and shallow clones too. Returns null when there is none.
    /// Throws UserError with a remedy when the repository cannot be used (dubious ownership,
    /// unknown format).
    static std::shared_ptr<const GitRepository> find(const std::filesystem::path& folder);

    ~GitRepository();

    /// Resolves a commit, branch, tag or any other revision that git understands. Throws UserError
    /// when the commit does not exist locally; in a shallow clone the message names `fetch-depth:
    /// 0`.
    CommitId resolve_commit(const std::string& revision) const;

    /// The best common ancestor. Throws UserError when none is available locally; in a shallow
    /// clone the message names `fetch-depth: 0`.
    CommitId merge_base(const CommitId& one, const CommitId& other) const;

    /// The branch that `ref` names, without "refs/heads/"; for "HEAD", the branch that is checked
    /// out, also before its first commit. Nothing for tags, commits and a detached HEAD.
    std::optional<std::string> branch_of(const std::string& ref) const;

    /// Whether the commit is currently reachable from a branch, a remote branch or a tag.
    bool is_reachable(const CommitId& commit) const;
    /// Whether a branch, a remote branch or a tag currently points to the commit.
    bool is_published_tip(const CommitId& commit) const;
    /// Whether `commit` is `tip` or one of its ancestors.
    bool leads_to(const CommitId& tip, const CommitId& commit) const;

    std::filesystem::path index_path() const;  ///< path of the index of this working tree
    /// The paths in the index below `subfolder` ("" for all), relative to it, sorted byte for byte.
    /// Throws UserError when the index is damaged. Not thread-safe.
    std::vector<std::string> tracked_files(const std::string& subfolder) const;

    bool is_bare() const;
    bool is_shallow() const;
    std::filesystem::path working_folder() const;  ///< top of the working tree; empty when bare
    /// The folder with index, HEAD and locks; a linked worktree has its own.
    std::filesystem::path git_folder() const;
    std::filesystem::path common_folder() const;  ///< shared by all worktrees: refs, info, config
    /// Folder of LFS objects: `lfs.storage`, or `lfs` in the common git folder. Objects are stored
    /// at objects/ab/cd/abcd….
    std::filesystem::path lfs_storage() const;

    /// A value of git's configuration for this repository, such as "remote.origin.url"; nullopt
    /// when it is not set.
    std::optional<std::string> config_value(const std::string& key) const;

    /// The files of a commit below `subfolder` ("" for all). Keeps the repository alive.
    std::unique_ptr<Tree> tree_of(const CommitId& commit, const std::string& subfolder) const;
    /// The working tree below `subfolder`. Throws UserError when the repository is bare.
    std::unique_ptr<Tree> working_tree(const std::string& subfolder) const;

private:
    explicit GitRepository(std::shared_ptr<GitHandle> handle);
    TreePlace place_of(const std::string& subfolder) const;

    std::shared_ptr<GitHandle> handle_;
};

/// The files of a plain folder: all files except .git folders.
std::unique_ptr<Tree> folder_tree(const std::filesystem::path& folder);

}  // namespace onnxhub
