// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/served_hub.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/file_status.h"
#include "base/unlinked_file.h"
#include "base/user_error.h"
#include "base/utf8.h"
#include "manifest/hub_path.h"
#include "repository/lfs_pointer.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_remembered = 100'000;  // hashes of files
constexpr std::size_t max_trees = 64;            // revisions
constexpr std::uint64_t largest_blob =
    64 * 1024 * 1024;  // bytes; limit for files that are stored in git
constexpr std::uint64_t hashed_at_once =
    1024 * 1024;  // bytes; smaller files are hashed immediately

/// The blob of an empty file: `git hash-object -t blob /dev/null`.
constexpr BlobId empty_blob = {{0xe6, 0x9d, 0xe2, 0x9b, 0xb2, 0xd1, 0xd6, 0x43, 0x4b, 0x8b,
                                0x29, 0xae, 0x77, 0x5a, 0xd8, 0xc2, 0xe4, 0x8c, 0x53, 0x91}};

NotServed absent() {
    return {404, "there is no such file", true};
}

/// The reason why an existing file may not be available now. A 404 would be wrong, and clients
/// would cache it.
std::optional<NotServed> shortage(int error) {
    if (error != EMFILE && error != ENFILE && error != ENOMEM) return std::nullopt;
    return NotServed{503, "too many files are open here; try again"};
}

bool has_hidden_segment(std::string_view path) {
    return path.starts_with('.') || path.find("/.") != path.npos;
}

/// Resolves links in `path`, segment by segment; nullopt when it points outside of the root, is in
/// a loop, or passes a hidden segment at any step (such as a working tree's `.git`).
std::optional<std::string> without_links(const FolderRoot& root, const std::string& path) {
    constexpr int max_links = 40;  // see path_resolution(7)
    fs::path reached, pending = path;
    for (int links = 0; !pending.empty();) {
        const fs::path segment = *pending.begin();
        pending = pending.lexically_relative(segment);
        if (pending == ".") pending.clear();
        if (segment == ".." && reached.empty()) return std::nullopt;
        if (segment == "..") reached = reached.parent_path();
        if (segment == ".." || segment == "." || segment.empty()) continue;
        if (segment.string().starts_with('.')) return std::nullopt;
        const auto target = root.link_target(reached / segment);
        if (!target) {
            reached /= segment;
            continue;
        }
        if (++links > max_links || target->starts_with('/')) return std::nullopt;
        pending = pending.empty() ? fs::path(*target) : *target / pending;
    }
    return reached.string();
}

std::string in_quotes(const std::string& text) {
    return '"' + text + '"';
}

/// 40 hexadecimal digits.
std::string hex_of(const BlobId& id) {
    constexpr const char* digits = "0123456789abcdef";
    std::string hex;
    for (const std::uint8_t byte : id.bytes) {
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    return hex;
}

/// Identifies a state of a file: device, inode, size, time in nanoseconds.
std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::int64_t> key_of(
    const FileStatus& status) {
    return {status.device, status.inode, status.size_bytes,
            status.modified.seconds * 1'000'000'000 + status.modified.nanoseconds};
}

/// Throws UserError when a read fails, or when the size of the file has changed.
std::string hash_of(const Descriptor& file, std::uint64_t size) {
    Sha256Hasher hasher;
    std::vector<std::byte> block(512 * 1024);
    std::uint64_t offset = 0;
    while (const std::size_t count = read_at(file, offset, block)) {
        hasher.update(std::span(block).first(count));
        offset += count;
    }
    if (offset != size) throw UserError("a file changes while it is read");
    return to_hex(hasher.finish());
}

/// The pointer in a file of this size, if it is one. Throws UserError when it cannot be read.
std::optional<LfsPointer> pointer_in(const Descriptor& file, std::uint64_t size) {
    if (size >= lfs_pointer_size_limit) return std::nullopt;
    std::array<char, lfs_pointer_size_limit> buffer = {};
    const std::size_t count = read_at(file, 0, std::as_writable_bytes(std::span(buffer)));
    const auto parsed = parse_lfs_pointer({buffer.data(), count});
    const auto* pointer = std::get_if<LfsPointer>(&parsed);
    return pointer ? std::optional(*pointer) : std::nullopt;
}

/// The same for a blob that is small enough to be a pointer.
std::optional<LfsPointer> pointer_in(const BlobInTree& blob) {
    const auto source = blob.tree->open(blob.path);
    const std::string text = read_whole(*source, lfs_pointer_size_limit, blob.path);
    const auto parsed = parse_lfs_pointer(text);
    const auto* pointer = std::get_if<LfsPointer>(&parsed);
    return pointer ? std::optional(*pointer) : std::nullopt;
}

/// Removes the next segment from `path`, which begins with '/', and returns it.
std::string next_segment(std::string_view& path) {
    path.remove_prefix(std::min<std::size_t>(1, path.size()));
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string segment(path.substr(0, slash));
    path.remove_prefix(slash);
    return segment;
}

}  // namespace

ServedHub::ServedHub(const std::string& location, HubAccess access) {
    const HubLocation found = locate_hub(location);
    if (access.only_ref && !found.reads_commit) {
        throw UserError(location + ": has no ref; with --only-ref name one as DIR:ref");
    }
    if ((access.history || access.all_refs) && !found.repository) {
        throw UserError(location + ": is not a git repository; leave out --history and " +
                        "--all-refs");
    }
    // Without the index, files that git does not track would be served too.
    if (!found.unusable_repository.empty() && !access.untracked) {
        throw UserError(found.unusable_repository + ", or serve all files with --untracked");
    }
    if (!found.reads_commit) {
        folder_ = found.folder;
        root_ = FolderRoot(folder_);
    }
    if (found.repository) use_repository(found, access);
}

/// A folder in a repository that git does not track at all, such as an exported hub, is unrelated
/// to the repository.
void ServedHub::use_repository(const HubLocation& found, HubAccess access) {
    if (!found.reads_commit && !access.untracked) {
        tracked_ = std::make_unique<TrackedFiles>(found.repository, found.subfolder);
        if (!found.subfolder.empty() && tracked_->is_empty()) {
            tracked_ = nullptr;
            return;
        }
    }
    repository_ = found.repository;
    subfolder_ = found.subfolder;
    commits_ = std::make_unique<ServedCommits>(repository_, found.reads_commit ? found.ref : "HEAD",
                                               access);
    if (found.reads_commit) repository_->resolve_commit(found.ref);
}

ServedHub::~ServedHub() = default;

Served ServedHub::open(std::string_view path) {
    try {
        const bool is_folder = path.size() > 1 && path.ends_with('/') && !path.ends_with("//");
        if (is_folder) path.remove_suffix(1);
        const auto checked = check_hub_path(path.substr(std::min<std::size_t>(1, path.size())));
        if (!path.starts_with('/') || std::holds_alternative<UnsafePath>(checked)) {
            return NotServed{400, "this path can't be used"};
        }
        const std::string& hub_path = std::get<std::string>(checked);
        if (is_folder || has_hidden_segment(hub_path)) return absent();
        Served plain = open_plain(hub_path);
        const auto* missing = std::get_if<NotServed>(&plain);
        if (!missing || !missing->is_absent) return plain;
        std::optional<Served> other;
        if (path.starts_with("/media/")) other = open_at_ref(path.substr(6));
        if (!other) other = open_at_ref(path);
        return other ? std::move(*other) : std::move(plain);
    } catch (const UserError& error) {
        return NotServed{500, "the file can't be read"};
    }
}

Served ServedHub::open_plain(const std::string& hub_path) {
    if (!folder_.empty()) return open_on_disk(hub_path);
    if (const auto commit = commits_->tip()) return open_in_tree(*commit, hub_path);
    return NotServed{404, "the ref " + commits_->ref() + ", which is served here, was deleted",
                     true};
}

/// "/owner/name/ref/path". The name of a branch may contain '/', so segments are joined until they
/// name a served ref.
std::optional<Served> ServedHub::open_at_ref(std::string_view path) {
    next_segment(path);
    next_segment(path);
    std::string ref = next_segment(path);
    if (ref.empty() || path.size() < 2) return std::nullopt;
    if (!repository_) return open_on_disk(std::string(path.substr(1)));
    constexpr int deepest = 8;
    for (int depth = 0; depth < deepest && path.size() > 1; ++depth) {
        if (const auto commit = commits_->find(ref)) {
            return open_in_tree(*commit, std::string(path.substr(1)));
        }
        ref += "/" + next_segment(path);
    }
    return std::nullopt;
}

/// Opens a served file of the folder, through links that stay inside and pass nothing hidden; not
/// open, with errno set, when there is no such file.
Descriptor ServedHub::open_served(const std::string& hub_path) {
    std::string path = hub_path;
    Descriptor file = root_.open(path);
    if (!file.is_open() && errno == ELOOP) {
        path = without_links(root_, hub_path).value_or("");
        if (!path.empty()) file = root_.open(path);
    }
    if (!file.is_open() || !tracked_ || tracked_->contains(path)) return file;
    errno = ENOENT;
    return Descriptor();
}

Served ServedHub::open_on_disk(const std::string& hub_path) {
    Descriptor file = open_served(hub_path);
    if (!file.is_open()) return shortage(errno).value_or(absent());
    const auto status = status_of(file);
    if (!status || !status->is_regular()) return absent();
    const std::uint64_t size = status->size_bytes;
    if (repository_) {
        if (const auto pointer = pointer_in(file, size)) {
            return open_lfs_object(*pointer, hub_path);
        }
    }
    const FileKey key = key_of(*status);
    std::optional<std::string> hash = known_etag(key);
    if (!hash && size <= hashed_at_once) hash = etag_of(file, key);
    ServedFile served;
    served.identity = {hash ? in_quotes(*hash) : std::string(), status->modified.seconds, size};
    served.content_type = content_type_of(hub_path);
    served.file = std::move(file);
    return served;
}

/// Reads only the object header of a blob, except for pointers.
Served ServedHub::open_in_tree(const CommitId& commit, const std::string& hub_path) {
    const auto tree = tree_of(commit);
    const auto resolved = resolve_symlinks(*tree, hub_path);
    const auto* path = std::get_if<std::string>(&resolved);
    if (path && has_hidden_segment(*path)) return absent();
    const auto stat = path ? tree->stat(*path) : std::nullopt;
    const auto id = path ? tree->blob_id(*path) : std::nullopt;
    if (!stat || !id || stat->kind != FileKind::regular) return absent();
    const std::uint64_t size = stat->size_bytes;
    if (size > largest_blob) {
        return NotServed{500,
                         "this file is stored in git and larger than 64 MiB; it must be "
                         "moved into Git LFS"};
    }
    const BlobInTree blob{*id, tree, *path};
    if (size == 0 && *id != empty_blob) tree->open(*path);  // throws if it was not fetched
    const auto pointer = size < lfs_pointer_size_limit ? pointer_of(blob) : std::nullopt;
    Served served = ServedFile();
    if (pointer) {
        served = open_lfs_object(*pointer, hub_path);
    } else {
        auto& file = std::get<ServedFile>(served);
        file.identity = {in_quotes("git-" + hex_of(*id)), 0, size};
        file.content_type = content_type_of(hub_path);
        file.blob = blob;
    }
    if (auto* file = std::get_if<ServedFile>(&served)) file->commit = commit;
    return served;
}

/// Read once per blob.
std::optional<LfsPointer> ServedHub::pointer_of(const BlobInTree& blob) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = pointers_.find(blob.id);
        if (found != pointers_.end()) return found->second;
    }
    const auto pointer = pointer_in(blob);
    const std::lock_guard lock(mutex_);
    if (pointers_.size() >= max_remembered) pointers_.clear();
    pointers_.emplace(blob.id, pointer);
    return pointer;
}

Served ServedHub::open_lfs_object(const LfsPointer& pointer, const std::string& hub_path) {
    const std::string oid = to_hex(pointer.oid);
    const fs::path object =
        repository_->lfs_storage() / "objects" / oid.substr(0, 2) / oid.substr(2, 2) / oid;
    Descriptor file = open_to_read(object, LastLink::refuse);
    if (!file.is_open()) {
        if (auto busy = shortage(errno)) return *std::move(busy);
    }
    const auto status = status_of(file);
    if (!status || !status->is_regular() || status->size_bytes != pointer.size_bytes) {
        return NotServed{404,
                         "a Git LFS pointer, and its object is not available; run `git lfs fetch`"};
    }
    ServedFile served;
    served.identity = {in_quotes(oid), status->modified.seconds, pointer.size_bytes};
    served.content_type = content_type_of(hub_path);
    served.file = std::move(file);
    return served;
}

std::optional<std::string> ServedHub::known_etag(const FileKey& key) {
    const std::lock_guard lock(mutex_);
    const auto found = etags_.find(key);
    return found != etags_.end() ? std::optional(found->second) : std::nullopt;
}

/// Hashed once per state of the file.
std::string ServedHub::etag_of(const Descriptor& file, const FileKey& key) {
    if (auto known = known_etag(key)) return *std::move(known);
    const std::string hash = hash_of(file, std::get<2>(key));
    const std::lock_guard lock(mutex_);
    if (etags_.size() >= max_remembered) etags_.clear();
    etags_.emplace(key, hash);
    return hash;
}

void ServedHub::learn_etag(const std::string& path) {
    const Served served = open(path);
    if (const auto* missing = std::get_if<NotServed>(&served)) throw *missing;
    const auto& file = std::get<ServedFile>(served);
    if (!file.identity.etag.empty()) return;
    const auto status = status_of(file.file);
    if (!status) throw UserError(path + ": can't be read");
    etag_of(file.file, key_of(*status));
}

std::shared_ptr<const Tree> ServedHub::tree_of(const CommitId& commit) {
    const std::lock_guard lock(mutex_);
    const auto found = trees_.find(commit);
    if (found != trees_.end()) return found->second;
    if (trees_.size() >= max_trees) trees_.clear();
    std::shared_ptr<const Tree> tree = repository_->tree_of(commit, subfolder_);
    trees_.emplace(commit, tree);
    return tree;
}

void ServedHub::reload() {
    const std::lock_guard lock(mutex_);
    etags_.clear();
    pointers_.clear();
    trees_.clear();
    if (commits_) commits_->forget();
}

std::optional<std::string> decode_path(std::string_view raw) {
    const auto digit = [](char c) -> int {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    std::string path;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] != '%') {
            path += raw[i];
            continue;
        }
        if (i + 2 >= raw.size()) return std::nullopt;
        const int high = digit(raw[i + 1]), low = digit(raw[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        path += static_cast<char>(high * 16 + low);
        i += 2;
    }
    if (path.find('\0') != path.npos || first_line_not_utf8(path) != 0) return std::nullopt;
    return path;
}

std::string content_type_of(std::string_view path) {
    constexpr std::pair<std::string_view, const char*> types[] = {
        {".json", "application/json"},
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".md", "text/markdown; charset=utf-8"},
        {".txt", "text/plain; charset=utf-8"},
        {"SHA256SUMS", "text/plain; charset=utf-8"},
        {".gz", "application/gzip"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".gif", "image/gif"},
        {".webp", "image/webp"},
    };
    for (const auto& [ending, type] : types) {
        if (path.ends_with(ending)) return type;
    }
    return "application/octet-stream";
}

}  // namespace onnxhub
