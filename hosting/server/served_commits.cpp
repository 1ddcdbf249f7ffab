// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/served_commits.h"

#include <algorithm>

#include "base/user_error.h"

namespace onnxhub {
namespace {

constexpr std::size_t max_given = 4096;   // served commits that are remembered
constexpr std::size_t max_answers = 256;  // cached look-ups
constexpr std::chrono::seconds answer_time{1};

/// Whether it is an expression rather than a name or a commit id: git's expressions such as
/// `main^{/regex}` search the whole history for each request, and libgit2 1.5 leaks memory each
/// time. Names of refs do not have these characters (git-check-ref-format(1)).
bool is_revision_expression(std::string_view ref) {
    return ref.find_first_of("^~:?*[\\ ") != ref.npos || ref.find("@{") != ref.npos ||
           ref.find("..") != ref.npos;
}

}  // namespace

std::optional<CommitId> ServedCommits::tip() {
    try {
        CommitId commit = repository_->resolve_commit(ref_);
        remember(commit);
        return commit;
    } catch (const UserError&) {
        return std::nullopt;
    }
}

std::optional<CommitId> ServedCommits::find(const std::string& name) {
    if (is_revision_expression(name) || (access_.only_ref && name != ref_)) return std::nullopt;
    const std::optional<CommitId> now = tip();
    if (name == ref_) return now;
    try {
        CommitId commit = repository_->resolve_commit(name);
        if (commit == now || is_given(commit, now)) return commit;
    } catch (const UserError&) {
    }
    return std::nullopt;
}

void ServedCommits::remember(const CommitId& commit) {
    const std::lock_guard lock(mutex_);
    if (!given_.empty() && given_.back() == commit) return;
    std::erase(given_, commit);
    if (given_.size() >= max_given) given_.pop_front();
    given_.push_back(commit);
}

bool ServedCommits::was_given(const CommitId& commit) {
    const std::lock_guard lock(mutex_);
    return std::ranges::find(given_, commit) != given_.end();
}

/// Looked up at most once per second, since it is slow in a long history.
bool ServedCommits::is_given(const CommitId& commit, const std::optional<CommitId>& tip) {
    const auto now = std::chrono::steady_clock::now();
    const std::pair key(commit, tip.value_or(""));
    {
        const std::lock_guard lock(mutex_);
        const auto found = answers_.find(key);
        const bool is_known = found != answers_.end();
        if (is_known && now - found->second.time < answer_time) return found->second.is_given;
    }
    const bool is_given = look_up(commit, tip);
    const std::lock_guard lock(mutex_);
    if (answers_.size() >= max_answers) answers_.clear();
    answers_[key] = {is_given, now};
    return is_given;
}

bool ServedCommits::look_up(const CommitId& commit, const std::optional<CommitId>& tip) {
    if (access_.all_refs && repository_->is_published_tip(commit)) {
        remember(commit);
        return true;
    }
    if (!access_.history && !was_given(commit)) return false;
    if (access_.all_refs) return repository_->is_reachable(commit);
    return tip && repository_->leads_to(*tip, commit);
}

void ServedCommits::forget() {
    const std::lock_guard lock(mutex_);
    answers_.clear();
}

}  // namespace onnxhub
