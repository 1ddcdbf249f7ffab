// SPDX-License-Identifier: Apache-2.0
// Names of branches and tags, to choose from.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "repository/git_repository.h"

namespace onnxhub {

/// Branches, remote branches ("origin/main") and tags as users write them, sorted, each once. Git
/// bounds neither their number nor their content: at most `limit` are returned, as they are.
std::vector<std::string> reference_names(const GitRepository& repository, std::size_t limit);

}  // namespace onnxhub
