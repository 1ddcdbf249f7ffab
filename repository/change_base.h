// SPDX-License-Identifier: Apache-2.0
// The commit a change is compared with, in clones as shallow as a workflow's checkout too.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "repository/git_command.h"
#include "repository/git_repository.h"

namespace onnxhub {

struct ChangeBase {
    std::optional<CommitId> commit;  ///< nothing: it can't be told
    std::string note;                ///< then: why it can't; one clause
};

struct ChangeBaseRequest {
    std::filesystem::path folder;  ///< in the repository
    /// What the change is compared with: a branch here or of origin, a tag, a commit, or HEAD^1, as
    /// what a pull request's merge commit (refs/pull/N/merge on GitHub) would be merged into.
    std::string reference;
    CommitId head;  ///< the change
    /// History that is not here may be fetched from origin. A shallow clone gets deeper, a full one
    /// never shallow.
    bool may_fetch = false;
    GitMessages messages = {};
};

/// The best common ancestor of both. A base is given only when it is sure: what is not here, and
/// can't be fetched, is not guessed at.
ChangeBase find_change_base(const ChangeBaseRequest& request);

}  // namespace onnxhub
