// SPDX-License-Identifier: Apache-2.0
// Fetches the content of selected LFS files, permanently or temporarily. Runs git-lfs as a command
// for transfers and authentication.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "repository/git_command.h"
#include "repository/git_repository.h"

namespace onnxhub {

/// Patterns for `git lfs pull --include` that match these paths, joined by commas. Special
/// characters become "?". Split so that no argument exceeds the system's limit (128 KiB on Linux);
/// usually there is one.
std::vector<std::string> lfs_include_patterns(const std::vector<std::string>& paths);

/// Where fetched content is stored, and whether it stays.
enum class FetchInto {
    working_tree,  ///< `git lfs pull`: pointers are replaced by content, objects stay in the LFS
                   ///< store
    store_alone,   ///< `git lfs fetch`: pointers are unchanged, so a killed process leaves the
                   ///< working tree as it was
};

struct FetchRequest {
    std::filesystem::path folder;  ///< the working tree's top, or a bare repository
    /// The revision whose files are fetched; absent: the checked-out files.
    std::optional<std::string> revision;
    std::vector<std::string> paths;  ///< from the repository's top; all must be LFS pointers
    FetchInto into = FetchInto::working_tree;
    GitMessages messages = {};  ///< receives git-lfs's progress and errors
    bool drop = false;  ///< deletes the objects from the store when the FetchedContent is destroyed
};

/// Fetches the content of LFS files in its constructor.
class FetchedContent {
public:
    /// Throws UserError when git-lfs is not installed.
    FetchedContent(const GitRepository& repository, FetchRequest request);

    /// Deletes the objects if requested.
    ~FetchedContent();
    FetchedContent(const FetchedContent&) = delete;
    FetchedContent& operator=(const FetchedContent&) = delete;

    /// git-lfs's error, if it failed. Some of the content may be available anyway.
    const std::optional<std::string>& problem() const { return problem_; }

private:
    void fetch();
    void drop() noexcept;

    FetchRequest request_;
    std::vector<std::filesystem::path> objects_;  ///< objects that were not in the store before
    std::optional<std::string> problem_;
};

}  // namespace onnxhub
