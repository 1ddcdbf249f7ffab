// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/served_hub.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/environment_error.h"
#include "manifest/hub_path.h"
#include "repository/hub_location.h"
#include "repository/lfs_pointer.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_remembered = 100'000;          // hashes of files
constexpr std::size_t most_trees = 64;                    // revisions
constexpr std::uint64_t largest_blob = 64 * 1024 * 1024;  // bytes, of files that git itself holds

NotServed absent() {
    return {404, "there is no such file", true};
}

/// Why a file that may well be there can't be opened now: 404 would be untrue, and is remembered.
std::optional<NotServed> shortage(int error) {
    if (error != EMFILE && error != ENFILE && error != ENOMEM) return std::nullopt;
    return NotServed{503, "too many files are open here; try again"};
}

bool has_hidden_segment(std::string_view path) {
    return path.starts_with('.') || path.find("/.") != path.npos;
}

/// Opens what is below `root`, where no link may be on the way.
int open_beneath(int root, const std::string& path) {
    open_how how = {};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    return static_cast<int>(syscall(SYS_openat2, root, path.c_str(), &how, sizeof how));
}

/// Where the link at `path` leads, or nothing when it is none.
std::optional<std::string> link_target(int root, const std::string& path) {
    std::array<char, 4096> target = {};
    const ssize_t size = readlinkat(root, path.c_str(), target.data(), target.size());
    if (size <= 0 || size == static_cast<ssize_t>(target.size())) return std::nullopt;
    return std::string(target.data(), static_cast<std::size_t>(size));
}

/// The path without links that `path` means, segment by segment; nothing when that leads out of the
/// root, in a loop, or through a hidden segment at any step (a working tree's `.git`).
std::optional<std::string> without_links(int root, const std::string& path) {
    constexpr int most_links = 40;  // as path_resolution(7) has it
    fs::path reached, pending = path;
    for (int links = 0; !pending.empty();) {
        const fs::path segment = *pending.begin();
        pending = pending.lexically_relative(segment);
        if (pending == ".") pending.clear();
        if (segment == ".." && reached.empty()) return std::nullopt;
        if (segment == "..") reached = reached.parent_path();
        if (segment == ".." || segment == "." || segment.empty()) continue;
        if (segment.string().starts_with('.')) return std::nullopt;
        const auto target = link_target(root, reached / segment);
        if (!target) {
            reached /= segment;
            continue;
        }
        if (++links > most_links || target->starts_with('/')) return std::nullopt;
        pending = pending.empty() ? fs::path(*target) : *target / pending;
    }
    return reached.string();
}

/// Opens what is below `root`, through links that stay there and touch nothing hidden.
int open_visible(int root, const std::string& path) {
    const int file = open_beneath(root, path);
    if (file >= 0 || errno != ELOOP) return file;
    const auto real = without_links(root, path);
    if (real && !real->empty()) return open_beneath(root, *real);
    errno = ENOENT;
    return -1;
}

/// Whether it is more than a name or a commit's digits: git's expressions such as `main^{/regex}`
/// search the whole history for whoever asks, and libgit2 1.5 loses the regex's memory each time.
/// No name of a ref has these characters (git-check-ref-format(1)).
bool is_revision_expression(std::string_view ref) {
    return ref.find_first_of("^~:?*[\\ ") != ref.npos || ref.find("@{") != ref.npos ||
           ref.find("..") != ref.npos;
}

std::string quoted(const std::string& text) {
    return '"' + text + '"';
}

std::string hash_of(int fd) {
    Sha256Hasher hasher;
    std::vector<std::byte> block(512 * 1024);
    for (off_t offset = 0;;) {
        const ssize_t count = pread(fd, block.data(), block.size(), offset);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return to_hex(hasher.finish());
        hasher.update(std::span(block).first(static_cast<std::size_t>(count)));
        offset += count;
    }
}

/// The pointer that a file of this size may be.
std::optional<LfsPointer> pointer_in(int fd, std::uint64_t size) {
    if (size >= lfs_pointer_size_limit) return std::nullopt;
    std::array<char, lfs_pointer_size_limit> buffer = {};
    const ssize_t count = pread(fd, buffer.data(), buffer.size(), 0);
    const auto parsed =
        parse_lfs_pointer({buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))});
    const auto* pointer = std::get_if<LfsPointer>(&parsed);
    return pointer ? std::optional(*pointer) : std::nullopt;
}

/// The next segment of `path`, which begins with '/'; `path` is what follows.
std::string next_segment(std::string_view& path) {
    path.remove_prefix(std::min<std::size_t>(1, path.size()));
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string segment(path.substr(0, slash));
    path.remove_prefix(slash);
    return segment;
}

}  // namespace

OpenFile::OpenFile(OpenFile&& other) noexcept : fd_(other.release()) {}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
    if (fd_ >= 0) close(fd_);
    fd_ = other.release();
    return *this;
}

OpenFile::~OpenFile() {
    if (fd_ >= 0) close(fd_);
}

int OpenFile::release() {
    return std::exchange(fd_, -1);
}

ServedHub::ServedHub(const std::string& location, bool only_ref) : only_ref_(only_ref) {
    const HubLocation found = locate_hub(location);
    if (only_ref && !found.reads_commit) {
        throw EnvironmentError(location + ": names no ref; with --only-ref name one as DIR:ref");
    }
    repository_ = found.repository;
    subfolder_ = found.subfolder;
    if (found.reads_commit) {
        ref_ = found.ref;
        repository_->resolve_commit(ref_);
        return;
    }
    folder_ = found.folder;
    root_ = OpenFile(::open(folder_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
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
    } catch (const EnvironmentError& error) {
        return NotServed{500, "the file can't be read"};
    }
}

Served ServedHub::open_plain(const std::string& hub_path) {
    if (!folder_.empty()) return open_on_disk(hub_path);
    std::optional<CommitId> commit;
    try {
        commit = repository_->resolve_commit(ref_);
    } catch (const EnvironmentError&) {
        return NotServed{404, "the ref " + ref_ + ", which is served here, is gone", true};
    }
    return open_in_tree(*commit, hub_path);
}

/// "/owner/name/ref/path". A branch may have '/' in its name, so its segments are joined until one
/// is there.
std::optional<Served> ServedHub::open_at_ref(std::string_view path) {
    next_segment(path);
    next_segment(path);
    std::string ref = next_segment(path);
    if (ref.empty() || path.size() < 2) return std::nullopt;
    if (!repository_) return open_on_disk(std::string(path.substr(1)));
    constexpr int deepest = 8;
    for (int depth = 0; depth < deepest && path.size() > 1; ++depth) {
        if (is_revision_expression(ref)) return std::nullopt;
        if (const auto commit = published_commit(ref)) {
            return open_in_tree(*commit, std::string(path.substr(1)));
        }
        ref += "/" + next_segment(path);
    }
    return std::nullopt;
}

/// Nothing when there is no such ref, or when it is not for everyone: commits that were taken back
/// are there for some time, and so are those of other kinds of refs.
std::optional<CommitId> ServedHub::published_commit(const std::string& ref) {
    if (only_ref_ && ref != ref_) return std::nullopt;
    try {
        CommitId commit = repository_->resolve_commit(ref);
        if (ref == ref_ || is_reachable(commit)) return commit;
    } catch (const EnvironmentError&) {
    }
    return std::nullopt;
}

/// Looked up at most once a second: in a long history it takes its time.
bool ServedHub::is_reachable(const CommitId& commit) {
    const auto now = std::chrono::steady_clock::now();
    {
        const std::lock_guard lock(mutex_);
        const auto found = reachable_.find(commit);
        const bool is_known = found != reachable_.end();
        if (is_known && now - found->second.time < std::chrono::seconds(1)) {
            return found->second.is_reachable;
        }
    }
    const bool is_reachable = repository_->is_reachable(commit);
    const std::lock_guard lock(mutex_);
    if (reachable_.size() >= most_trees) reachable_.clear();
    reachable_[commit] = {is_reachable, now};
    return is_reachable;
}

Served ServedHub::open_on_disk(const std::string& hub_path) {
    OpenFile file(open_visible(root_.get(), hub_path));
    if (file.get() < 0) return shortage(errno).value_or(absent());
    struct stat status = {};
    if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return absent();
    }
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (repository_) {
        if (const auto pointer = pointer_in(file.get(), size)) {
            return open_lfs_object(*pointer, hub_path);
        }
    }
    const FileKey key{status.st_dev, status.st_ino, size,
                      status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
    ServedFile served;
    served.identity = {quoted(etag_of(file.get(), key)), status.st_mtim.tv_sec, size};
    served.content_type = content_type_of(hub_path);
    served.file = std::move(file);
    return served;
}

Served ServedHub::open_in_tree(const CommitId& commit, const std::string& hub_path) {
    const auto tree = tree_of(commit);
    const auto resolved = resolve_symlinks(*tree, hub_path);
    const auto* path = std::get_if<std::string>(&resolved);
    if (path && has_hidden_segment(*path)) return absent();
    const auto stat = path ? tree->stat(*path) : std::nullopt;
    if (!stat || stat->kind != FileKind::regular) return absent();
    auto text =
        std::make_shared<std::string>(read_whole(*tree->open(*path), largest_blob, hub_path));
    if (text->size() < lfs_pointer_size_limit) {
        const auto parsed = parse_lfs_pointer(*text);
        if (const auto* pointer = std::get_if<LfsPointer>(&parsed)) {
            return open_lfs_object(*pointer, hub_path);
        }
    }
    ServedFile served;
    served.identity = {quoted(to_hex(sha256_of(*text))), 0, text->size()};
    served.content_type = content_type_of(hub_path);
    served.text = std::move(text);
    served.commit = commit;
    return served;
}

Served ServedHub::open_lfs_object(const LfsPointer& pointer, const std::string& hub_path) {
    const std::string oid = to_hex(pointer.oid);
    const fs::path object =
        repository_->lfs_storage() / "objects" / oid.substr(0, 2) / oid.substr(2, 2) / oid;
    OpenFile file(::open(object.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file.get() < 0) {
        if (auto busy = shortage(errno)) return *std::move(busy);
    }
    struct stat status = {};
    if (file.get() < 0 || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
        static_cast<std::uint64_t>(status.st_size) != pointer.size_bytes) {
        return NotServed{404,
                         "a Git LFS pointer, and its object is not here; `git lfs fetch` gets it"};
    }
    ServedFile served;
    served.identity = {quoted(oid), status.st_mtim.tv_sec, pointer.size_bytes};
    served.content_type = content_type_of(hub_path);
    served.file = std::move(file);
    return served;
}

/// Hashed once for each state of the file.
std::string ServedHub::etag_of(int fd, const FileKey& key) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = etags_.find(key);
        if (found != etags_.end()) return found->second;
    }
    const std::string hash = hash_of(fd);
    const std::lock_guard lock(mutex_);
    if (etags_.size() >= most_remembered) etags_.clear();
    etags_.emplace(key, hash);
    return hash;
}

std::shared_ptr<const Tree> ServedHub::tree_of(const CommitId& commit) {
    const std::lock_guard lock(mutex_);
    const auto found = trees_.find(commit);
    if (found != trees_.end()) return found->second;
    if (trees_.size() >= most_trees) trees_.clear();
    std::shared_ptr<const Tree> tree = repository_->tree_of(commit, subfolder_);
    trees_.emplace(commit, tree);
    return tree;
}

void ServedHub::reload() {
    const std::lock_guard lock(mutex_);
    etags_.clear();
    trees_.clear();
    reachable_.clear();
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
        {".md", "text/markdown; charset=utf-8"},
        {".txt", "text/plain; charset=utf-8"},
        {"SHA256SUMS", "text/plain; charset=utf-8"},
        {".gz", "application/gzip"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
    };
    for (const auto& [ending, type] : types) {
        if (path.ends_with(ending)) return type;
    }
    return "application/octet-stream";
}

}  // namespace onnxhub
