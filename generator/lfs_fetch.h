// SPDX-License-Identifier: Apache-2.0
// Getting the content of some LFS files, and putting the pointers back. Transfers and
// authentication are git-lfs's own: it is run as a command.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "generator/git_repository.h"

namespace onnxhub {

/// Patterns for `git lfs pull --include` that match these paths, joined by commas; characters with
/// a meaning there become "?". Split so that none is longer than an argument may be (128 KiB on
/// Linux; in practice there is one).
std::vector<std::string> lfs_include_patterns(const std::vector<std::string>& paths);

/// The content of LFS files, fetched when the object is made.
class FetchedContent {
public:
    /// `paths` are files of the working tree (from its top) that are pointers now; with a
    /// `revision` files of that revision, whose objects are then only put into the LFS store.
    /// git-lfs tells of its progress on standard error. Throws EnvironmentError when git-lfs is not
    /// installed or fails.
    FetchedContent(const GitRepository& repository, std::filesystem::path folder,
                   const std::optional<std::string>& revision, std::vector<std::string> paths,
                   bool drop);

    /// When asked to drop: files that were pointers are pointers again, with the bytes they had,
    /// and objects that were not in the LFS store are gone from it.
    ~FetchedContent();
    FetchedContent(const FetchedContent&) = delete;
    FetchedContent& operator=(const FetchedContent&) = delete;

private:
    struct Pointer {
        std::filesystem::path file;    ///< in the working tree; empty when only an object was got
        std::string text;              ///< what stood there before
        std::filesystem::path object;  ///< in the LFS store
    };
    void remember(const Tree& tree, const std::string& path);
    void put_pointers_back() noexcept;

    std::filesystem::path folder_;
    std::filesystem::path storage_;
    bool drop_;
    std::vector<Pointer> pointers_;
};

}  // namespace onnxhub
