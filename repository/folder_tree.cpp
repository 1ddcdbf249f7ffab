// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <mutex>
#include <utility>

#include "repository/disk_folder.h"
#include "repository/git_repository.h"

namespace onnxhub {
namespace {

class FolderTree : public Tree {
public:
    explicit FolderTree(std::filesystem::path folder) : disk_(std::move(folder)) {}

    std::vector<std::string> list() const override {
        std::vector<std::string> paths;
        Diagnostics notes;
        disk_.walk([](const std::string&) { return true; },
                   [&](const std::string& path) { paths.push_back(path); }, notes);
        std::sort(paths.begin(), paths.end());
        const std::lock_guard lock(mutex_);
        notes_ = std::move(notes);
        return paths;
    }

    Diagnostics notes() const override {
        const std::lock_guard lock(mutex_);
        return notes_;
    }

    std::optional<FileStat> stat(const std::string& path) const override {
        const auto status = disk_.look(path);
        if (!status) return std::nullopt;
        return disk_.describe(*status);
    }

    std::string read_link(const std::string& path) const override { return disk_.read_link(path); }
    std::unique_ptr<ByteSource> open(const std::string& path) const override {
        return disk_.open(path);
    }
    std::optional<BlobId> blob_id(const std::string&) const override { return std::nullopt; }
    std::optional<LfsPointer> unmodified_pointer(const std::string&) const override {
        return std::nullopt;
    }
    std::unique_ptr<ByteSource> open_lfs_object(const LfsPointer&) const override {
        return nullptr;
    }

private:
    DiskFolder disk_;
    mutable std::mutex mutex_;
    mutable Diagnostics notes_;  ///< from the last list()
};

}  // namespace

std::unique_ptr<Tree> folder_tree(const std::filesystem::path& folder) {
    return std::make_unique<FolderTree>(folder);
}

}  // namespace onnxhub
