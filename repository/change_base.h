// SPDX-License-Identifier: Apache-2.0
// Finds the commit that a change is compared with, also in the shallow clone of a workflow.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "repository/git_command.h"
#include "repository/git_repository.h"

namespace onnxhub {

struct ChangeBase {
    std::optional<CommitId> commit;  ///< nullopt: unknown
    std::string note;                ///< the reason when `commit` is unknown; one clause
};

struct ChangeBaseRequest {
    std::filesystem::path folder;  ///< in the repository
    /// The base of the comparison: a local branch or one of origin, a tag, a commit, or HEAD^1. For
    /// the merge commit of a pull request (refs/pull/N/merge on GitHub), HEAD^1 is the branch it is
    /// merged into.
    std::string reference;
    CommitId head;  ///< the change
    /// Allows fetching missing history from origin. A shallow clone gets deeper; a full clone never
    /// becomes shallow.
    bool may_fetch = false;
    GitMessages messages = {};
};

/// Finds the best common ancestor of both. The base is reported as unknown when history is missing
/// and cannot be fetched; it is never guessed.
ChangeBase find_change_base(const ChangeBaseRequest& request);

}  // namespace onnxhub
