// SPDX-License-Identifier: Apache-2.0
// Opens, creates and renames files in folders.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "base/descriptor.h"

namespace onnxhub {

/// Opens the file `below` in the folder `base` for reading; never waits. Follows no symbolic link
/// except `base` itself. On failure the result is not open and errno is set: ELOOP or ENOTDIR for a
/// link.
Descriptor open_beneath(const std::filesystem::path& base, const std::filesystem::path& below);

/// An open folder: it stays the same one when its path is renamed or replaced.
class FolderRoot {
public:
    FolderRoot() = default;  ///< no folder
    explicit FolderRoot(const std::filesystem::path& path);

    /// Opens the file at `path` for reading; never waits. Fails when a part of the path is a
    /// link (ELOOP) or the path points outside of the folder (EXDEV).
    Descriptor open(const std::string& path) const;

    /// The same without openat2(2), which sandboxes such as systemd's RestrictSUIDSGID forbid:
    /// open() uses it then. Paths with ".." are refused.
    Descriptor open_by_segments(const std::string& path) const;

    /// The target of the link at `path`; nothing when it is not a link or the target is too long.
    std::optional<std::string> link_target(const std::string& path) const;

private:
    Descriptor folder_;
};

/// The target of a symbolic link. Nothing, with errno set, when `path` is not a link.
std::optional<std::string> read_link(const std::filesystem::path& path);

/// Creates a folder. The system clears the bits of the umask in `permissions`. Returns false with
/// errno set on failure, EEXIST when the path exists.
bool make_folder(const std::filesystem::path& path, unsigned permissions);

/// Exchanges two names atomically. Returns false, with errno set, when the file system can't.
bool exchange_names(const std::filesystem::path& one, const std::filesystem::path& other);

/// Creates `to` as a clone of `from` that shares its blocks. Returns false, and leaves nothing at
/// `to`, when the file system can't.
bool clone_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// The system's limit for paths, in bytes.
inline constexpr std::size_t longest_path = 4095;

}  // namespace onnxhub
