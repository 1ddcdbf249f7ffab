// SPDX-License-Identifier: Apache-2.0
// Whether git could restore files that are removed. Only the .cpp files of this module include this
// header.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "repository/hub_folder.h"

namespace onnxhub {

/// Compares files of a working tree with the last commit. In a hub without a repository, nothing is
/// compared and every file counts as committed.
class CommittedFiles {
public:
    /// `hub` must outlive this object. `check_interruption` is called while files are read.
    CommittedFiles(const HubFolder& hub, std::function<void()> check_interruption);

    /// Why the last commit does not have the file as it is: "has uncommitted changes"; nothing when
    /// it has. The content of Git LFS counts as committed with its pointer.
    std::optional<std::string> difference(const std::string& path) const;

private:
    bool has_same_content(const std::string& path) const;

    const HubFolder& hub_;
    const std::function<void()> check_interruption_;
    std::unique_ptr<Tree> commit_;  ///< null: the repository has no commit
};

}  // namespace onnxhub
