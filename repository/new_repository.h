// SPDX-License-Identifier: Apache-2.0
// The beginning of a repository. Beside the merge driver's setting the one thing in this module
// that writes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace onnxhub {

/// Makes `folder`, which exists, a repository with the branch main and commits these files (paths
/// from its top) as its first commit, by the user's own name and address where git knows them.
/// Throws UserError when that can't be.
void init_repository(const std::filesystem::path& folder, const std::vector<std::string>& paths,
                     const std::string& message);

}  // namespace onnxhub
