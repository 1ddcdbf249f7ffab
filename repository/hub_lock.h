// SPDX-License-Identifier: Apache-2.0
// A lock, so that only one process at a time changes a hub.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "base/file_lock.h"
#include "repository/git_repository.h"

namespace onnxhub {

/// Pattern, for .gitignore, of temporary files that remain when this program is killed.
inline constexpr const char* temporary_files_pattern = ".onnxhub-*.tmp";

/// Taken before a hub's files are read, and held until all changes are written. Locks the hub's
/// folder itself, which leaves no file; on file systems that cannot lock folders, locks a file
/// `.onnxhub-lock` in it.
class HubLock {
public:
    /// Waits for other processes that change the hub in folder `hub`. Then removes temporary files
    /// of killed processes and makes git ignore such files. Waits some seconds for a git command
    /// that changes the working tree. A folder that does not exist is not locked. Throws UserError
    /// when that command does not end, and the exceptions of `wait`.
    HubLock(const std::filesystem::path& hub, LockWait wait);

    /// False: the file system does not support locks.
    bool is_exclusive() const { return is_exclusive_; }

    /// Throws UserError when git changes the working tree and does not finish within seconds.
    /// Called before changes are written.
    void wait_for_git() const;

private:
    std::filesystem::path hub_;
    LockWait wait_;
    FileLock lock_;
    bool is_exclusive_ = true;
    std::shared_ptr<const GitRepository> repository_;  ///< null: no repository, or a bare one
};

/// Makes git ignore this program's temporary files in the repository of `folder`, with a line in
/// info/exclude. Does nothing without a repository, or when that file cannot be written.
void ignore_temporary_files(const std::filesystem::path& folder);

/// Removes the temporary files of killed processes everywhere in the hub. Does not follow symbolic
/// links, and skips .git folders and nested repositories. The caller holds the hub's lock. Returns
/// the number of removed files.
std::size_t remove_abandoned_files(const std::filesystem::path& hub);

}  // namespace onnxhub
