// SPDX-License-Identifier: Apache-2.0
// The whole repository before and after a change.
#pragma once

#include <memory>

#include "generator/file_changes.h"
#include "repository/git_repository.h"
#include "repository/hub_folder.h"
#include "repository/tree.h"

namespace onnxhub {

/// Both trees start at the top of the repository, even when the hub is a subdirectory.
struct RepositoryChange {
    /// Opens the repository of `hub` again: it may have fetched history since. `base` is the commit
    /// before the change.
    RepositoryChange(const HubFolder& hub, const CommitId& base);

    CommitId base;
    std::shared_ptr<const GitRepository> repository;
    std::unique_ptr<Tree> before;
    std::unique_ptr<Tree> now;  ///< the hub's revision or the working tree
    FileChanges files;
};

}  // namespace onnxhub
