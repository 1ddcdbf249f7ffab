// SPDX-License-Identifier: Apache-2.0
// Advisory locks between processes on one file or folder (flock(2)). The system releases a lock
// when its process ends, also after a crash.
#pragma once

#include <filesystem>
#include <functional>

#include "base/descriptor.h"

namespace onnxhub {

/// What happens while another process holds the lock.
struct LockWait {
    /// Called about forty times a second; ends the waiting by throwing.
    std::function<void()> check_interruption = [] {};
    /// Called once, when the waiting has taken a second.
    std::function<void()> tell = [] {};
};

class FileLock {
public:
    FileLock() = default;  ///< no lock

    /// Waits until no other process holds the lock of `path`, a file or a folder, and takes it. A
    /// lock on a folder leaves no file behind. Throws UserError when `path` can't be
    /// opened, and what `wait` throws.
    static FileLock take(const std::filesystem::path& path, const LockWait& wait);

    /// The same for a file, which is created when it is absent and stays.
    static FileLock take_file(const std::filesystem::path& path, const LockWait& wait);

    /// False when the file system does not support such locks. Network file systems may refuse
    /// them, in particular on folders.
    bool is_held() const { return file_.is_open(); }

private:
    static FileLock take(const std::function<Descriptor()>& open, const std::filesystem::path& path,
                         const LockWait& wait);

    Descriptor file_;
};

enum class LockAttempt { locked, taken, unsupported };

/// Locks the open file or folder unless another process holds its lock. The lock ends when the last
/// descriptor of this open file is closed.
LockAttempt try_lock(const Descriptor& file);

/// Removes the regular file `path` unless a process holds a lock on it. Returns whether it was
/// removed. Never follows a symbolic link.
bool remove_unless_locked(const std::filesystem::path& path);

}  // namespace onnxhub
