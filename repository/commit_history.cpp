// SPDX-License-Identifier: Apache-2.0
#include "repository/commit_history.h"

#include <git2.h>

#include <memory>

#include "repository/git_handle.h"

namespace onnxhub {
namespace {

using GitRepositoryHandle = std::unique_ptr<git_repository, FreeWith<git_repository_free>>;
using GitCommit = std::unique_ptr<git_commit, FreeWith<git_commit_free>>;

GitCommit find_commit(git_repository* repository, const git_oid& id) {
    git_commit* found = nullptr;
    return GitCommit(git_commit_lookup(&found, repository, &id) == 0 ? found : nullptr);
}

PastCommit past_commit(git_commit* commit) {
    char hex[GIT_OID_HEXSZ + 1] = {};
    git_oid_tostr(hex, sizeof hex, git_commit_id(commit));
    return {hex, git_commit_time(commit)};
}

}  // namespace

CommitHistory first_parents(const std::filesystem::path& git_folder, const CommitId& tip,
                            std::size_t limit) {
    CommitHistory history;
    git_repository* opened = nullptr;
    git_oid id;
    if (git_repository_open(&opened, git_folder.c_str()) != 0) return history;
    const GitRepositoryHandle repository(opened);
    if (git_oid_fromstr(&id, tip.c_str()) != 0) return history;
    while (history.commits.size() < limit) {
        const GitCommit commit = find_commit(repository.get(), id);
        if (!commit) return history;
        history.commits.push_back(past_commit(commit.get()));
        if (git_commit_parentcount(commit.get()) == 0) {
            history.is_complete = true;
            return history;
        }
        git_oid_cpy(&id, git_commit_parent_id(commit.get(), 0));
    }
    return history;
}

}  // namespace onnxhub
