// SPDX-License-Identifier: Apache-2.0
// Folders for files that another program reads by path.
#pragma once

#include <filesystem>

#include "base/file_lock.h"

namespace onnxhub {

/// A private folder in $TMPDIR, else in /tmp. The destructor removes it with its content. A process
/// that was killed leaves its folder behind; the next PrivateFolder of the same user removes
/// it. Throws UserError when the folder can't be created.
class PrivateFolder {
public:
    PrivateFolder();
    ~PrivateFolder();
    PrivateFolder(const PrivateFolder&) = delete;
    PrivateFolder& operator=(const PrivateFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    Descriptor folder_;  ///< locked as long as it is used
};

}  // namespace onnxhub
