// SPDX-License-Identifier: Apache-2.0
// The tracked files of a working tree, kept up to date with git's index.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "repository/git_repository.h"

namespace onnxhub {

/// The files that `git ls-files` lists. Thread-safe.
class TrackedFiles {
public:
    /// Lists the files below `subfolder` of the working tree ("" for all). Throws UserError when
    /// the index cannot be read.
    TrackedFiles(std::shared_ptr<const GitRepository> repository, std::string subfolder);

    /// Whether git tracks the file at `path`, relative to the subfolder. Re-reads the index if git
    /// has written it. Throws like the constructor.
    bool contains(const std::string& path);

    bool is_empty();  ///< whether git tracks no files there

private:
    /// Inode, size, and time of the last change in nanoseconds.
    using Stamp = std::tuple<std::uint64_t, std::uint64_t, std::int64_t>;

    std::optional<Stamp> stamp() const;
    void update();  ///< the caller holds the lock

    std::shared_ptr<const GitRepository> repository_;
    std::string subfolder_;
    std::mutex mutex_;
    /// Stamp of the index that `paths_` was read from; nullopt: no index.
    std::optional<Stamp> read_at_;
    bool is_read_ = false;
    std::vector<std::string> paths_;  ///< sorted
};

}  // namespace onnxhub
