// SPDX-License-Identifier: Apache-2.0
// Creates a repository. Apart from the merge driver's settings, only this part of the module
// writes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace onnxhub {

/// Makes the existing `folder` a repository with the branch main, and commits these files (paths
/// from its top) as its first commit. Uses the name and address of git's configuration if they are
/// set. Throws UserError on failure.
void init_repository(const std::filesystem::path& folder, const std::vector<std::string>& paths,
                     const std::string& message);

}  // namespace onnxhub
