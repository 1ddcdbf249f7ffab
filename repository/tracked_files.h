// SPDX-License-Identifier: Apache-2.0
// What git tracks of a working tree, kept up with its index.
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
    /// Those below `subfolder` of the working tree ("" for all). Throws UserError when the
    /// index can't be read.
    TrackedFiles(std::shared_ptr<const GitRepository> repository, std::string subfolder);

    /// Whether git tracks the file at `path`, from the subfolder on. The index is read again when
    /// git has written it since. Throws like the constructor.
    bool contains(const std::string& path);

    bool is_empty();  ///< whether git tracks no file there at all

private:
    /// Inode, size, and time of the last change in nanoseconds.
    using Stamp = std::tuple<std::uint64_t, std::uint64_t, std::int64_t>;

    std::optional<Stamp> stamp() const;
    void update();  ///< under the lock

    std::shared_ptr<const GitRepository> repository_;
    std::string subfolder_;
    std::mutex mutex_;
    std::optional<Stamp> read_at_;  ///< of the index that `paths_` was read from; nothing: none
    bool is_read_ = false;
    std::vector<std::string> paths_;  ///< sorted
};

}  // namespace onnxhub
