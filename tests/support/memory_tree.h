// SPDX-License-Identifier: Apache-2.0
// A tree in memory that records what was read.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "repository/tree.h"

namespace onnxhub::test {

class MemoryTree : public Tree {
public:
    MemoryTree& add(const std::string& path, std::string content);
    MemoryTree& add_symlink(const std::string& path, std::string target);
    MemoryTree& add_ignored(const std::string& path, std::string content);
    /// Adds an entry that is neither file nor folder: FileKind::other is a FIFO, a socket or a
    /// device.
    MemoryTree& add_kind(const std::string& path, FileKind kind);
    /// open() throws, as for a file without read permission.
    MemoryTree& add_unreadable(const std::string& path, std::uint64_t size_bytes);
    /// Marks the file as unmodified since git recorded this pointer for it.
    MemoryTree& set_unmodified_pointer(const std::string& path, const LfsPointer& pointer);
    MemoryTree& add_lfs_object(std::string content);  ///< under its own digest
    /// Adds an object whose content does not match its name.
    MemoryTree& add_corrupt_lfs_object(const Sha256& name, std::string content);
    MemoryTree& add_annex_object(const std::string& key, std::string content);
    MemoryTree& set_origin(Origin origin);
    MemoryTree& remove(const std::string& path);

    std::vector<std::string> list() const override;
    std::optional<FileStat> stat(const std::string& path) const override;
    std::string read_link(const std::string& path) const override;
    std::unique_ptr<ByteSource> open(const std::string& path) const override;
    /// Changes with content.
    std::optional<BlobId> blob_id(const std::string& path) const override;
    std::optional<HeldByGit> held_by_git(const std::string& path) const override;
    std::optional<LfsPointer> unmodified_pointer(const std::string& path) const override;
    std::unique_ptr<ByteSource> open_lfs_object(const LfsPointer& pointer) const override;
    std::unique_ptr<ByteSource> open_annex_object(const AnnexKey& key) const override;
    std::optional<Origin> origin() const override { return origin_; }

    std::set<std::string> opened() const;  ///< paths open() was called for

private:
    struct File {
        FileStat stat;
        std::string content;  ///< of symbolic links: the target
        bool is_readable = true;
    };
    std::map<std::string, File> files_;
    std::map<std::string, LfsPointer> unmodified_;
    std::map<Sha256, std::string> lfs_objects_;
    std::map<std::string, std::string> annex_objects_;
    std::optional<Origin> origin_;
    std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();  ///< makes trees movable
    mutable std::set<std::string> opened_;
};

}  // namespace onnxhub::test
