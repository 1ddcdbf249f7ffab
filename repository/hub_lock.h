// SPDX-License-Identifier: Apache-2.0
// One process at a time changes a hub.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "base/file_lock.h"
#include "repository/git_repository.h"

namespace onnxhub {

/// What this program leaves in a hub when it is killed, as a pattern of .gitignore.
inline constexpr const char* temporary_files_pattern = ".onnxhub-*.tmp";

/// Taken before a hub's files are read, and held until all changes are written. The lock is on the
/// hub's folder itself and leaves no file; where the file system has no locks on folders, it is on
/// a file `.onnxhub-lock` in it.
class HubLock {
public:
    /// Waits for other processes that change the hub in folder `hub`, then removes the temporary
    /// files that killed ones left in it and makes git ignore such files. Waits some seconds for a
    /// git command that changes the working tree. A folder that does not exist is not locked.
    /// Throws UserError when that command does not end, and what `wait` throws.
    HubLock(const std::filesystem::path& hub, LockWait wait);

    /// False: the file system has no locks at all.
    bool is_exclusive() const { return is_exclusive_; }

    /// Throws UserError when git changes the working tree and does not end within seconds.
    /// Called before changes are written.
    void wait_for_git() const;

private:
    std::filesystem::path hub_;
    LockWait wait_;
    FileLock lock_;
    bool is_exclusive_ = true;
    std::shared_ptr<const GitRepository> repository_;  ///< null: none, or a bare one
};

/// Makes git ignore this program's temporary files in the repository of `folder`, by its file
/// info/exclude. Does nothing where there is no repository or that file cannot be written.
void ignore_temporary_files(const std::filesystem::path& folder);

/// Removes the temporary files of killed processes everywhere in the hub. Symbolic links are not
/// followed; folders called .git and other repositories inside are left alone. The caller holds the
/// hub's lock. Gives the number of files removed.
std::size_t remove_abandoned_files(const std::filesystem::path& hub);

}  // namespace onnxhub
