// SPDX-License-Identifier: Apache-2.0
#include "repository/commit_history.h"

#include <git2.h>

#include <memory>

#include "repository/git_handle.h"

namespace onnxhub {
namespace {

using GitRepositoryHandle = std::unique_ptr<git_repository, FreeWith<git_repository_free>>;
using GitTreeEntry = std::unique_ptr<git_tree_entry, FreeWith<git_tree_entry_free>>;
using GitCommit = std::unique_ptr<git_commit, FreeWith<git_commit_free>>;

GitCommit find_commit(git_repository* repository, const git_oid& id) {
    git_commit* found = nullptr;
    return GitCommit(git_commit_lookup(&found, repository, &id) == 0 ? found : nullptr);
}

std::optional<BlobId> file_at(git_commit* commit, const std::string& path) {
    git_tree* root = nullptr;
    if (git_commit_tree(&root, commit) != 0) return std::nullopt;
    const GitTree tree(root);
    git_tree_entry* found = nullptr;
    if (git_tree_entry_bypath(&found, root, path.c_str()) != 0) return std::nullopt;
    const GitTreeEntry entry(found);
    const git_filemode_t mode = git_tree_entry_filemode(found);
    if (mode != GIT_FILEMODE_BLOB && mode != GIT_FILEMODE_BLOB_EXECUTABLE) return std::nullopt;
    return to_blob_id(*git_tree_entry_id(found));
}

PastCommit past_commit(git_commit* commit, const std::string& path) {
    char hex[GIT_OID_HEXSZ + 1] = {};
    git_oid_tostr(hex, sizeof hex, git_commit_id(commit));
    return {hex, git_commit_time(commit), file_at(commit, path)};
}

}  // namespace

CommitHistory first_parents(const std::filesystem::path& git_folder, const CommitId& tip,
                            const std::string& path, std::size_t limit) {
    CommitHistory history;
    git_repository* opened = nullptr;
    git_oid id;
    if (git_repository_open(&opened, git_folder.c_str()) != 0) return history;
    const GitRepositoryHandle repository(opened);
    if (git_oid_fromstr(&id, tip.c_str()) != 0) return history;
    while (history.commits.size() < limit) {
        const GitCommit commit = find_commit(repository.get(), id);
        if (!commit) return history;
        history.commits.push_back(past_commit(commit.get(), path));
        if (git_commit_parentcount(commit.get()) == 0) {
            history.is_complete = true;
            return history;
        }
        git_oid_cpy(&id, git_commit_parent_id(commit.get(), 0));
    }
    return history;
}

}  // namespace onnxhub
