// SPDX-License-Identifier: Apache-2.0
// Determines which commits of a repository a server serves.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "repository/git_repository.h"

namespace onnxhub {

/// Access beyond the files that are currently tracked by the served ref or working tree.
struct HubAccess {
    bool untracked =
        false;  ///< also files of a working tree that git does not track or that it ignores
    bool history = false;   ///< all ancestors of what is served
    bool all_refs = false;  ///< all branches and tags
    bool only_ref = false;  ///< only the ref by its name, and no commit by its id
};

/// Without additional access, serves the commit that the ref points to, and those it pointed to in
/// earlier requests, as long as they are reachable from the ref. So a pinned commit stays
/// available, and a retracted one does not. Thread-safe.
class ServedCommits {
public:
    ServedCommits(std::shared_ptr<const GitRepository> repository, std::string ref,
                  HubAccess access)
        : repository_(std::move(repository)), ref_(std::move(ref)), access_(access) {}

    /// The commit that the served ref points to; nullopt when the ref was deleted.
    std::optional<CommitId> tip();

    /// The commit of a branch, a tag or a commit id, if it is served.
    std::optional<CommitId> find(const std::string& name);

    const std::string& ref() const { return ref_; }
    void forget();  ///< clears cached look-ups, but not the served commits

private:
    struct Answer {
        bool is_given = false;
        std::chrono::steady_clock::time_point time;  ///< time of the look-up
    };

    void remember(const CommitId& commit);
    bool was_given(const CommitId& commit);
    bool is_given(const CommitId& commit, const std::optional<CommitId>& tip);
    bool look_up(const CommitId& commit, const std::optional<CommitId>& tip);

    const std::shared_ptr<const GitRepository> repository_;
    const std::string ref_;
    const HubAccess access_;
    std::mutex mutex_;
    std::deque<CommitId> given_;  ///< commits that the served refs pointed to, oldest first
    std::map<std::pair<CommitId, CommitId>, Answer> answers_;  ///< by commit and served tip
};

}  // namespace onnxhub
