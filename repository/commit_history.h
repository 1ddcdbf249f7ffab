// SPDX-License-Identifier: Apache-2.0
// The commits that led to a commit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "repository/commit_id.h"
#include "repository/tree.h"

namespace onnxhub {

struct PastCommit {
    CommitId id;
    std::int64_t seconds = 0;    ///< since 1970, when it was committed
    std::optional<BlobId> file;  ///< the regular file at the wanted path; absent: there is none
};

struct CommitHistory {
    std::vector<PastCommit> commits;  ///< newest first
    bool is_complete = false;         ///< the last one has no parent
};

/// `tip` and its first parents, at most `limit`, each with the file at `path` (from the top of the
/// repository); `git_folder` is that of the repository. Reads only the folders of that path. Ends
/// where a shallow clone ends, or where a commit cannot be read.
CommitHistory first_parents(const std::filesystem::path& git_folder, const CommitId& tip,
                            const std::string& path, std::size_t limit);

}  // namespace onnxhub
