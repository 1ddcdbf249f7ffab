// SPDX-License-Identifier: Apache-2.0
// Files by relative path: the working tree, a revision in git, a plain folder or, for tests,
// memory. Higher modules use a Tree and never access git or the disk directly.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/byte_source.h"
#include "manifest/diagnostic.h"
#include "repository/annex_key.h"
#include "repository/lfs_pointer.h"

namespace onnxhub {

enum class FileKind { regular, symlink, folder, submodule, other };

struct FileStat {
    FileKind kind = FileKind::regular;
    std::uint64_t size_bytes = 0;  ///< of regular files
    bool is_ignored = false;  ///< ignored by .gitignore and not tracked, so not part of the hub
};

/// Id of a blob in git's object database (SHA-1).
struct BlobId {
    std::array<std::uint8_t, 20> bytes{};

    auto operator<=>(const BlobId&) const = default;
};

/// The blob that git has recorded for a file, independent of the bytes in the working tree.
struct HeldByGit {
    BlobId blob;
    std::uint64_t size_bytes = 0;  ///< of the blob
    LfsPointerResult as_pointer;   ///< the blob parsed as a Git LFS pointer; NotAPointer: content
};

/// Where the repository of a tree was cloned from.
struct Origin {
    std::string url;        ///< of the remote "origin", as configured; empty: there is none
    std::string subfolder;  ///< path of the hub in the repository; "" is its top
};

/// A file whose path is not allowed in a hub. The path may contain any bytes and is only for
/// messages.
struct UnusableFile {
    std::string path;
    std::optional<BlobId> blob;  ///< its content as a blob; absent: unknown

    bool operator==(const UnusableFile&) const = default;
};

/// All paths are relative to the hub's root and normalized by clean_hub_path(). Methods are
/// thread-safe and never write.
class Tree {
public:
    virtual ~Tree() = default;

    /// All regular files and symbolic links of the hub, sorted byte for byte: tracked and new
    /// files, but not ignored files and not the content of .git and submodules. May take long; most
    /// callers need only stat.
    virtual std::vector<std::string> list() const = 0;

    /// Regular files and symbolic links that list() leaves out because of their paths (backslashes,
    /// control characters, invalid UTF-8, …), sorted byte for byte.
    virtual std::vector<UnusableFile> unusable_files() const { return {}; }

    /// The file at `path` itself, without following symbolic links; nullopt if there is none.
    /// nullopt too when a parent folder is a symbolic link: see resolve_symlinks(). The size is 0
    /// when it is unknown; open() then reports why.
    virtual std::optional<FileStat> stat(const std::string& path) const = 0;

    /// Target of the symbolic link at `path`, as written. Throws UserError when it is not a link.
    virtual std::string read_link(const std::string& path) const = 0;

    /// Content of the regular file at `path`. Throws UserError when it cannot be read.
    virtual std::unique_ptr<ByteSource> open(const std::string& path) const = 0;

    /// The blob with exactly the content of `path`, if known without reading the file: for any file
    /// in a revision, and for an unmodified file in a working tree (see index_snapshot.h). For a
    /// file in LFS, it is the blob of the pointer.
    virtual std::optional<BlobId> blob_id(const std::string& path) const = 0;

    /// The blob that git has recorded for the regular file at `path`: in the index of a working
    /// tree, in a revision's tree. File times don't matter, and the file may be modified since.
    /// Nothing when git doesn't track it, or when its merge isn't finished. Throws UserError
    /// when the blob isn't here (partial clones).
    virtual std::optional<HeldByGit> held_by_git(const std::string&) const { return std::nullopt; }

    /// The pointer that git holds for `path`, if the file is unmodified and therefore has the
    /// pointer's content. Only working trees return one.
    virtual std::optional<LfsPointer> unmodified_pointer(const std::string& path) const = 0;

    /// The canonical Git LFS pointer that the file at `path` is, if the tree knows it without
    /// opening the file.
    virtual std::optional<LfsPointer> known_pointer(const std::string&) const {
        return std::nullopt;
    }

    /// Opens an object of the repository's local LFS store; null when it is missing or its size
    /// differs from the pointer.
    virtual std::unique_ptr<ByteSource> open_lfs_object(const LfsPointer& pointer) const = 0;

    /// Opens the content of a git-annex key; null when it is not available locally or its size
    /// differs from the key.
    virtual std::unique_ptr<ByteSource> open_annex_object(const AnnexKey&) const { return nullptr; }

    /// Nullopt for plain folders.
    virtual std::optional<Origin> origin() const { return std::nullopt; }

    /// Notes about the tree for reports: submodules that were left out and, after list(),
    /// unreadable folders and names that are not allowed.
    virtual Diagnostics notes() const { return {}; }
};

struct UnresolvedPath {
    std::string reason;  ///< e.g. "symbolic link points outside of the repository"
};

/// Follows symbolic links within the tree, in `path` itself and in its parent folders. Returns the
/// final path (which may not exist), or why there is none: a link leaves the hub, is absolute, or
/// is in a loop (more than 40 links, as in Linux).
std::variant<std::string, UnresolvedPath> resolve_symlinks(const Tree& tree,
                                                           const std::string& path);

}  // namespace onnxhub
