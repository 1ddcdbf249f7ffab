// SPDX-License-Identifier: Apache-2.0
// Detects whether a file was written or replaced since it was last checked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace onnxhub {

/// What git compares too, except the time of the last status change, which a hard link changes.
struct FileStamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size_bytes = 0;
    std::int64_t seconds = 0;  ///< of the last modification, since 1970
    std::int64_t nanoseconds = 0;

    bool operator==(const FileStamp&) const = default;
};

/// Of the file that `path` leads to, also through symbolic links; nothing when there is none.
std::optional<FileStamp> stamp_of(const std::filesystem::path& path);

}  // namespace onnxhub
