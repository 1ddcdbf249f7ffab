// SPDX-License-Identifier: Apache-2.0
// A folder on disk for trees. Symbolic links are never followed.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/byte_source.h"
#include "base/file_status.h"
#include "repository/tree.h"

namespace onnxhub {

/// Thread-safe.
class DiskFolder {
public:
    explicit DiskFolder(std::filesystem::path root) : root_(std::move(root)) {}

    /// The status of `path` itself; nullopt when it does not exist or a parent folder is a symbolic
    /// link.
    std::optional<FileStatus> look(const std::string& path) const;
    FileStat describe(const FileStatus& status) const;
    std::string read_link(const std::string& path) const;
    std::unique_ptr<ByteSource> open(const std::string& path) const;

    /// Calls `enter(path)` for each folder below the root, which returns whether to enter it, and
    /// `found(path)` for each regular file and symbolic link. Names that cannot be used in a hub
    /// and unreadable folders are reported to `notes`. Walks in the order of names, so that the
    /// notes are the same in each run. Skips .git. Throws UserError when the root itself cannot be
    /// read.
    void walk(const std::function<bool(const std::string&)>& enter,
              const std::function<void(const std::string&)>& found, Diagnostics& notes) const;

    /// Regular files and symbolic links below the root whose paths cannot be used in a hub, in no
    /// order. `enter` as above. Unreadable folders are skipped.
    std::vector<std::string> unusable_files(
        const std::function<bool(const std::string&)>& enter) const;

    const std::filesystem::path& root() const { return root_; }

private:
    using Enter = std::function<bool(const std::string&)>;
    using Found = std::function<void(const std::string&)>;

    struct Child {
        std::string path;
        bool is_folder = false;
    };

    bool is_real_folder(const std::string& path) const;
    std::vector<Child> children_of(const std::string& folder, Diagnostics& notes) const;
    std::vector<std::string> walk_folder(const std::string& folder, const Enter& enter,
                                         const Found& found, Diagnostics& notes) const;

    std::filesystem::path root_;
    mutable std::shared_mutex mutex_;
    mutable std::unordered_set<std::string> real_folders_;
};

}  // namespace onnxhub
