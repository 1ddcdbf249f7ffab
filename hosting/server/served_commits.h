// SPDX-License-Identifier: Apache-2.0
// Which commits of a repository a server gives.
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

/// What a hub gives beyond what is tracked now by the ref or the working tree that is served.
struct HubAccess {
    bool untracked = false;  ///< files of a working tree that git does not track or ignores
    bool history = false;    ///< all commits that what is served leads to
    bool all_refs = false;   ///< all branches and tags, which then are served too
    bool only_ref = false;   ///< the ref by its name alone, and no commit by its hash
};

/// Without more access these are the commit that the served ref names now, and those it named
/// before when this object was asked, as long as the ref leads to them: what a client has pinned
/// stays, what was taken back goes. Thread-safe.
class ServedCommits {
public:
    ServedCommits(std::shared_ptr<const GitRepository> repository, std::string ref,
                  HubAccess access)
        : repository_(std::move(repository)), ref_(std::move(ref)), access_(access) {}

    /// What the served ref names now; nothing when it is gone.
    std::optional<CommitId> tip();

    /// The commit that a branch, a tag or a commit's hash names, if it is given.
    std::optional<CommitId> find(const std::string& name);

    const std::string& ref() const { return ref_; }
    void forget();  ///< what was looked up; not what was served

private:
    struct Answer {
        bool is_given = false;
        std::chrono::steady_clock::time_point time;  ///< when it was so
    };

    void remember(const CommitId& commit);
    bool was_given(const CommitId& commit);
    bool is_given(const CommitId& commit, const std::optional<CommitId>& tip);
    bool look_up(const CommitId& commit, const std::optional<CommitId>& tip);

    const std::shared_ptr<const GitRepository> repository_;
    const std::string ref_;
    const HubAccess access_;
    std::mutex mutex_;
    std::deque<CommitId> given_;  ///< that the served refs named; the oldest first
    std::map<std::pair<CommitId, CommitId>, Answer> answers_;  ///< by commit and served tip
};

}  // namespace onnxhub
