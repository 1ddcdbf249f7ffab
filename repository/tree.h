// SPDX-License-Identifier: Apache-2.0
// Files by relative path: the working tree, a revision in git, a plain folder or, for tests,
// memory. Everything above asks a Tree and never git or the disk itself.
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
#include "repository/lfs_pointer.h"

namespace onnxhub {

enum class FileKind { regular, symlink, folder, submodule, other };

struct FileStat {
    FileKind kind = FileKind::regular;
    std::uint64_t size_bytes = 0;  ///< of regular files
    bool is_ignored = false;       ///< by .gitignore, and not tracked: no part of the hub
};

/// Name of a blob in git's object database (SHA-1).
struct BlobId {
    std::array<std::uint8_t, 20> bytes{};

    auto operator<=>(const BlobId&) const = default;
};

/// What git itself holds for a file, whatever bytes stand in the working tree.
struct HeldByGit {
    BlobId blob;
    std::uint64_t size_bytes = 0;  ///< of the blob
    LfsPointerResult as_pointer;   ///< the blob read as a Git LFS pointer; NotAPointer: content
};

/// A file that is no part of a hub, since no hub can use its path. Its path is as git and the disk
/// have it: any bytes, fit for messages alone.
struct UnusableFile {
    std::string path;
    std::optional<BlobId> blob;  ///< its content as a blob; absent: it can't be told

    bool operator==(const UnusableFile&) const = default;
};

/// All paths are relative to the hub's root, clean as clean_hub_path() makes them. Methods are
/// thread-safe, and nothing is ever written.
class Tree {
public:
    virtual ~Tree() = default;

    /// All regular files and symbolic links of the hub, sorted byte for byte: tracked and new ones,
    /// ignored ones not, nothing inside .git or submodules. May take long; most callers want stat.
    virtual std::vector<std::string> list() const = 0;

    /// Regular files and symbolic links that list() leaves out for their paths, sorted byte for
    /// byte: they hold a backslash, a control character, bytes that are not UTF-8, or the like.
    virtual std::vector<UnusableFile> unusable_files() const { return {}; }

    /// What stands at `path` itself (a symbolic link is not followed); nothing if nothing does.
    /// Folders above it that are symbolic links give nothing: see resolve_symlinks(). The size is 0
    /// when it can't be told; open() says why.
    virtual std::optional<FileStat> stat(const std::string& path) const = 0;

    /// Target of the symbolic link at `path`, as written. Throws UserError otherwise.
    virtual std::string read_link(const std::string& path) const = 0;

    /// Content of the regular file at `path`. Throws UserError when it can't be read.
    virtual std::unique_ptr<ByteSource> open(const std::string& path) const = 0;

    /// The blob that holds exactly the content of `path`, known without reading the content: of any
    /// file in a revision, of an unmodified file in a working tree (see index_snapshot.h). What git
    /// holds for a file in LFS is the pointer.
    virtual std::optional<BlobId> blob_id(const std::string& path) const = 0;

    /// The blob that git has recorded for the regular file at `path`: in the index of a working
    /// tree, in a revision's tree. File times don't matter, and the file may be modified since.
    /// Nothing when git doesn't track it, or when its merge isn't finished. Throws UserError
    /// when the blob isn't here (partial clones).
    virtual std::optional<HeldByGit> held_by_git(const std::string&) const { return std::nullopt; }

    /// The pointer which git holds for `path` where the file itself is unmodified since, and so is
    /// known to be the pointer's content. Only working trees know any.
    virtual std::optional<LfsPointer> unmodified_pointer(const std::string& path) const = 0;

    /// An object of the repository's local LFS store; null when it is not there or its size is
    /// another than the pointer says.
    virtual std::unique_ptr<ByteSource> open_lfs_object(const LfsPointer& pointer) const = 0;

    /// What the reader of a report should know of the tree itself: submodules that were left out
    /// and, after list(), folders it could not read and names it could not use.
    virtual Diagnostics notes() const { return {}; }
};

struct UnresolvedPath {
    std::string reason;  ///< e.g. "symbolic link leads out of the repository"
};

/// Follows symbolic links, in `path` itself and in the folders above it, inside the tree. Gives the
/// path of what is there in the end (which need not exist), or why there is none: a link that
/// leaves the hub, an absolute one, a loop (more than 40 links, as Linux counts).
std::variant<std::string, UnresolvedPath> resolve_symlinks(const Tree& tree,
                                                           const std::string& path);

}  // namespace onnxhub
