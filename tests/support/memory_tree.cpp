// SPDX-License-Identifier: Apache-2.0
#include "tests/support/memory_tree.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/user_error.h"

namespace onnxhub::test {

MemoryTree& MemoryTree::add(const std::string& path, std::string content) {
    const FileStat stat{FileKind::regular, content.size(), false};
    files_[path] = {stat, std::move(content)};
    return *this;
}

MemoryTree& MemoryTree::add_symlink(const std::string& path, std::string target) {
    files_[path] = {{FileKind::symlink, 0, false}, std::move(target)};
    return *this;
}

MemoryTree& MemoryTree::add_ignored(const std::string& path, std::string content) {
    add(path, std::move(content));
    files_[path].stat.is_ignored = true;
    return *this;
}

MemoryTree& MemoryTree::add_kind(const std::string& path, FileKind kind) {
    files_[path] = {{kind, 0, false}, ""};
    return *this;
}

MemoryTree& MemoryTree::add_unreadable(const std::string& path, std::uint64_t size_bytes) {
    files_[path] = {{FileKind::regular, size_bytes, false}, "", false};
    return *this;
}

MemoryTree& MemoryTree::set_unmodified_pointer(const std::string& path, const LfsPointer& pointer) {
    unmodified_[path] = pointer;
    return *this;
}

MemoryTree& MemoryTree::add_lfs_object(std::string content) {
    const Sha256 name = sha256_of(content);
    return add_corrupt_lfs_object(name, std::move(content));
}

MemoryTree& MemoryTree::add_corrupt_lfs_object(const Sha256& name, std::string content) {
    lfs_objects_[name] = std::move(content);
    return *this;
}

MemoryTree& MemoryTree::add_annex_object(const std::string& key, std::string content) {
    annex_objects_[key] = std::move(content);
    return *this;
}

MemoryTree& MemoryTree::set_origin(Origin origin) {
    origin_ = std::move(origin);
    return *this;
}

MemoryTree& MemoryTree::remove(const std::string& path) {
    files_.erase(path);
    unmodified_.erase(path);
    return *this;
}

std::vector<std::string> MemoryTree::list() const {
    std::vector<std::string> paths;
    for (const auto& [path, file] : files_) {
        const FileKind kind = file.stat.kind;
        if (file.stat.is_ignored) continue;
        if (kind == FileKind::regular || kind == FileKind::symlink) paths.push_back(path);
    }
    return paths;
}

std::optional<FileStat> MemoryTree::stat(const std::string& path) const {
    if (const auto found = files_.find(path); found != files_.end()) return found->second.stat;
    const std::string folder = path.empty() ? "" : path + "/";
    const auto below = files_.lower_bound(folder);
    if (below == files_.end() || !below->first.starts_with(folder)) return std::nullopt;
    return FileStat{FileKind::folder, 0, false};
}

std::string MemoryTree::read_link(const std::string& path) const {
    const auto found = files_.find(path);
    if (found == files_.end() || found->second.stat.kind != FileKind::symlink) {
        throw UserError(path + ": is not a symbolic link; name one");
    }
    return found->second.content;
}

std::unique_ptr<ByteSource> MemoryTree::open(const std::string& path) const {
    {
        const std::lock_guard lock(*mutex_);
        opened_.insert(path);
    }
    const auto found = files_.find(path);
    if (found == files_.end() || found->second.stat.kind != FileKind::regular) {
        throw UserError(path + ": is not a regular file; replace it with one");
    }
    if (!found->second.is_readable) {
        throw UserError(path + ": can't be read (Permission denied); check its permissions");
    }
    return memory_source(found->second.content);
}

std::optional<BlobId> MemoryTree::blob_id(const std::string& path) const {
    const auto found = files_.find(path);
    if (found == files_.end() || found->second.stat.kind != FileKind::regular) return std::nullopt;
    BlobId id;
    std::copy_n(sha256_of(found->second.content).bytes.begin(), id.bytes.size(), id.bytes.begin());
    return id;
}

std::optional<HeldByGit> MemoryTree::held_by_git(const std::string& path) const {
    const auto id = blob_id(path);
    if (!id) return std::nullopt;
    if (const auto pointer = unmodified_pointer(path)) return HeldByGit{*id, 130, *pointer};
    const File& file = files_.at(path);
    if (!file.is_readable) throw UserError(path + ": is not available locally; fetch it");
    return HeldByGit{*id, file.stat.size_bytes, parse_lfs_pointer(file.content)};
}

std::optional<LfsPointer> MemoryTree::unmodified_pointer(const std::string& path) const {
    const auto found = unmodified_.find(path);
    if (found == unmodified_.end()) return std::nullopt;
    return found->second;
}

std::unique_ptr<ByteSource> MemoryTree::open_lfs_object(const LfsPointer& pointer) const {
    const auto found = lfs_objects_.find(pointer.oid);
    if (found == lfs_objects_.end() || found->second.size() != pointer.size_bytes) return nullptr;
    return memory_source(found->second);
}

std::unique_ptr<ByteSource> MemoryTree::open_annex_object(const AnnexKey& key) const {
    const auto found = annex_objects_.find(key.text);
    if (found == annex_objects_.end() || found->second.size() != key.size_bytes) return nullptr;
    return memory_source(found->second);
}

std::set<std::string> MemoryTree::opened() const {
    const std::lock_guard lock(*mutex_);
    return opened_;
}

}  // namespace onnxhub::test
