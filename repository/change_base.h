// SPDX-License-Identifier: Apache-2.0
// The commit a change is compared with, in clones as shallow as a workflow's checkout too.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "repository/git_repository.h"

namespace onnxhub {

struct ChangeBase {
    std::optional<CommitId> commit;  ///< nothing: it can't be told
    std::string note;  ///< how it was found when not as asked, or why it wasn't; one clause
};

struct ChangeBaseRequest {
    std::filesystem::path folder;  ///< in the repository
    std::string reference;         ///< what the change is compared with: "origin/main", a commit
    CommitId head;                 ///< the change
    /// History that is not here may be fetched from origin. A shallow clone gets deeper, a full one
    /// never shallow.
    bool may_fetch = false;
};

/// The best common ancestor of both. Where the reference or that ancestor is not here, and the
/// change is a merge commit in a shallow clone (refs/pull/N/merge on GitHub), its first parent:
/// what it would be merged into. A base is given only when it is sure.
ChangeBase find_change_base(const ChangeBaseRequest& request);

}  // namespace onnxhub
