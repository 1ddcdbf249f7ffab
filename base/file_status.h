// SPDX-License-Identifier: Apache-2.0
// What the file system records about a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/descriptor.h"

namespace onnxhub {

/// A moment as file systems record it, since 1970. Without nanoseconds where the recorder had none.
struct FileTime {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;

    bool operator==(const FileTime&) const = default;
};

/// The numbers of a user and a group.
using UserId = std::uint32_t;
using GroupId = std::uint32_t;

enum class FileType { regular, folder, symlink, other };

struct FileStatus {
    FileType type = FileType::other;
    unsigned permissions = 0;  ///< the twelve bits of chmod(2)
    UserId owner = 0;
    GroupId group = 0;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t link_count = 0;
    std::uint64_t size_bytes = 0;
    FileTime modified;
    FileTime changed;  ///< content or status
    FileTime accessed;

    bool is_regular() const { return type == FileType::regular; }
    bool is_folder() const { return type == FileType::folder; }
    bool is_symlink() const { return type == FileType::symlink; }
};

// These return nothing, with the reason in errno, when the file does not exist or is not
// accessible.

/// Follows symbolic links.
std::optional<FileStatus> status_of(const std::filesystem::path& path);
/// Of the link itself when `path` is a symbolic link.
std::optional<FileStatus> link_status_of(const std::filesystem::path& path);
std::optional<FileStatus> status_of(const Descriptor& file);

/// Whether both describe the same file, even if its names differ.
bool is_same_file(const FileStatus& one, const FileStatus& other);

/// Whether `path` still names the open file. Another file may have replaced it.
bool is_still_at(const Descriptor& file, const std::filesystem::path& path,
                 LastLink last_link = LastLink::refuse);

/// The user whose rights this process has.
UserId current_user();

}  // namespace onnxhub
