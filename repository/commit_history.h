// SPDX-License-Identifier: Apache-2.0
// The commits that led to a commit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "repository/commit_id.h"

namespace onnxhub {

struct PastCommit {
    CommitId id;
    std::int64_t seconds = 0;  ///< since 1970, when it was committed
};

struct CommitHistory {
    std::vector<PastCommit> commits;  ///< newest first
    bool is_complete = false;         ///< the last one has no parent
};

/// `tip` and its first parents, at most `limit`; `git_folder` is that of the repository. Ends where
/// a shallow clone ends. Empty when a commit cannot be read.
CommitHistory first_parents(const std::filesystem::path& git_folder, const CommitId& tip,
                            std::size_t limit);

}  // namespace onnxhub
