// SPDX-License-Identifier: Apache-2.0
// Getting the content of some LFS files, for a while or for good. Transfers and authentication are
// git-lfs's own: it is run as a command.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "repository/git_command.h"
#include "repository/git_repository.h"

namespace onnxhub {

/// Patterns for `git lfs pull --include` that match these paths, joined by commas; characters with
/// a meaning there become "?". Split so that none is longer than an argument may be (128 KiB on
/// Linux; in practice there is one).
std::vector<std::string> lfs_include_patterns(const std::vector<std::string>& paths);

/// Where the content of LFS files goes, and whether it stays.
enum class FetchInto {
    working_tree,  ///< `git lfs pull`: files become their content, objects stay in the LFS store
    store_alone,   ///< `git lfs fetch`: pointers stay pointers, so that no kill can leave more
};

struct FetchRequest {
    std::filesystem::path folder;         ///< the working tree's top, or a bare repository
    std::optional<std::string> revision;  ///< whose files are meant; absent: the checked-out ones
    std::vector<std::string> paths;       ///< from the repository's top, LFS pointers all of them
    FetchInto into = FetchInto::working_tree;
    GitMessages messages = {};  ///< what git-lfs says of its progress and of failures
    bool drop = false;          ///< objects go from the store again, with the FetchedContent
};

/// The content of LFS files, fetched when the object is made.
class FetchedContent {
public:
    /// Throws UserError when git-lfs is not installed.
    FetchedContent(const GitRepository& repository, FetchRequest request);

    /// Drops the objects, when asked to.
    ~FetchedContent();
    FetchedContent(const FetchedContent&) = delete;
    FetchedContent& operator=(const FetchedContent&) = delete;

    /// What git-lfs said when it failed: then some of the content may be here all the same.
    const std::optional<std::string>& trouble() const { return trouble_; }

private:
    void fetch();
    void drop() noexcept;

    FetchRequest request_;
    std::vector<std::filesystem::path> objects_;  ///< those that were not in the store before
    std::optional<std::string> trouble_;
};

}  // namespace onnxhub
