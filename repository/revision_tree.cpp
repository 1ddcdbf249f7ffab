// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "repository/git_handle.h"

namespace onnxhub {
namespace {

/// Limits for hostile repositories. Trees that share subtrees can name an astronomical number of
/// files, and no file system supports such depths and lengths.
constexpr std::size_t entry_limit = 5'000'000;  // files and folders
constexpr std::size_t folder_limit = 250'000;
constexpr std::size_t total_path_limit = 1024UL * 1024 * 1024;  // bytes of all paths
constexpr std::size_t path_limit = 4096;                        // bytes, as Linux's PATH_MAX
constexpr std::size_t folder_depth_limit = 256;

/// A file or folder whose path is not allowed in a hub.
struct LeftOutItem {
    std::string path;
    BlobId id;
    FileKind kind = FileKind::regular;
};

struct RevisionFile {
    std::uint32_t path_begin = 0;  ///< in the text of all paths
    std::uint16_t path_size = 0;   ///< bytes
    BlobId id;
    FileKind kind = FileKind::regular;
};
static_assert(total_path_limit <= std::numeric_limits<std::uint32_t>::max());
static_assert(path_limit <= std::numeric_limits<std::uint16_t>::max());

/// The files of a commit, of which there may be millions. All paths are in one text.
class RevisionFiles {
public:
    using Iterator = std::vector<RevisionFile>::const_iterator;

    void add(std::string_view path, const BlobId& id, FileKind kind) {
        files_.push_back({static_cast<std::uint32_t>(paths_.size()),
                          static_cast<std::uint16_t>(path.size()), id, kind});
        paths_ += path;
    }

    /// After the last file. Of files with the same path, only the first stays.
    void finish() {
        const auto by_path = [&](const RevisionFile& a, const RevisionFile& b) {
            return path_of(a) < path_of(b);
        };
        // Git sorts trees, but a hostile tree may be unsorted.
        if (!std::is_sorted(files_.begin(), files_.end(), by_path)) {
            std::stable_sort(files_.begin(), files_.end(), by_path);
        }
        const auto same_path = [&](const RevisionFile& a, const RevisionFile& b) {
            return path_of(a) == path_of(b);
        };
        files_.erase(std::unique(files_.begin(), files_.end(), same_path), files_.end());
        files_.shrink_to_fit();
        paths_.shrink_to_fit();
    }

    std::size_t size() const { return files_.size(); }
    Iterator begin() const { return files_.begin(); }
    Iterator end() const { return files_.end(); }
    std::string_view path_of(const RevisionFile& file) const {
        return std::string_view(paths_).substr(file.path_begin, file.path_size);
    }

    // After finish():

    std::size_t position_of(const RevisionFile& file) const {
        return static_cast<std::size_t>(&file - files_.data());
    }

    const RevisionFile* find(std::string_view path) const {
        const auto found = lower_bound(path);
        return found != end() && path_of(*found) == path ? &*found : nullptr;
    }

    bool has_path_with_prefix(std::string_view prefix) const {
        const auto found = lower_bound(prefix);
        return found != end() && path_of(*found).starts_with(prefix);
    }

private:
    Iterator lower_bound(std::string_view path) const {
        return std::lower_bound(begin(), end(), path,
                                [&](const RevisionFile& file, std::string_view wanted) {
                                    return path_of(file) < wanted;
                                });
    }

    std::string paths_;
    std::vector<RevisionFile> files_;
};

FileKind kind_of(git_filemode_t mode) {
    switch (mode) {
        case GIT_FILEMODE_BLOB:
        case GIT_FILEMODE_BLOB_EXECUTABLE:
            return FileKind::regular;
        case GIT_FILEMODE_LINK:
            return FileKind::symlink;
        case GIT_FILEMODE_COMMIT:
            return FileKind::submodule;
        case GIT_FILEMODE_TREE:
            return FileKind::folder;
        default:
            return FileKind::other;
    }
}

/// Git refuses to commit such names, so they indicate an attack.
bool is_hostile(std::string_view name) {
    return name.empty() || name == "." || name == ".." || equals_ignoring_case(name, ".git") ||
           name.find('/') != name.npos;
}

/// Lists a commit's files in git's order, which is the order of their paths.
class TreeWalker {
public:
    TreeWalker(git_repository* repository, std::string commit)
        : repository_(repository), commit_(std::move(commit)) {}

    /// Appends all files below a folder to `files`, regardless of their paths.
    void walk_unusable(const git_oid& tree_id, const std::string& prefix) {
        takes_any_path_ = true;
        walk(tree_id, prefix, 0);
    }

    void walk(const git_oid& tree_id, const std::string& prefix, std::size_t depth) {
        if (++folders_ > folder_limit) refuse();
        git_tree* opened = nullptr;
        if (git_tree_lookup(&opened, repository_, &tree_id) != 0) {
            throw UserError(commit_.substr(0, 12) + ": folder \"" + prefix +
                            "\" can't be read from git (" + git_message() +
                            "); fetch the missing objects, or check with `git fsck`");
        }
        const GitTree tree(opened);
        for (std::size_t i = 0; i < git_tree_entrycount(opened); ++i) {
            add(*git_tree_entry_byindex(opened, i), prefix, depth);
        }
    }

    RevisionFiles files;
    std::vector<LeftOutItem> left_out;
    Diagnostics notes;

private:
    void add(const git_tree_entry& entry, const std::string& prefix, std::size_t depth) {
        const std::string_view name = git_tree_entry_name(&entry);
        std::string path = prefix;
        path += name;
        count(path);
        if (path.size() > path_limit) return leave_out(path, "its path is too long");
        const FileKind kind = kind_of(git_tree_entry_filemode(&entry));
        if (!takes_any_path_ && !is_usable(name, path)) {
            left_out.push_back({path, to_blob_id(*git_tree_entry_id(&entry)), kind});
            return;
        }
        if (kind == FileKind::folder) {
            if (depth == folder_depth_limit) return leave_out(path, "it is nested too deep");
            walk(*git_tree_entry_id(&entry), path + "/", depth + 1);
            return;
        }
        if (kind == FileKind::submodule) {
            notes.report({Severity::note, rule_id::submodule_left_out, path, 0,
                          "is a submodule, so its files are not part of the hub", ""});
        }
        files.add(path, to_blob_id(*git_tree_entry_id(&entry)), kind);
    }

    bool is_usable(std::string_view name, const std::string& path) {
        if (is_hostile(name)) {
            leave_out(path, "its name is not a file name");
            return false;
        }
        if (std::holds_alternative<UnsafePath>(check_hub_path(path))) {
            leave_out(path, "its name is not allowed in a hub", Severity::note);
            return false;
        }
        return true;
    }

    void count(const std::string& path) {
        entries_ += 1;
        path_bytes_ += path.size();
        if (entries_ > entry_limit || path_bytes_ > total_path_limit) refuse();
    }

    [[noreturn]] void refuse() const {
        throw UserError(commit_.substr(0, 12) + ": names more than " + std::to_string(entry_limit) +
                        " files or " + std::to_string(folder_limit) +
                        " folders; read a commit of a hub");
    }

    void leave_out(const std::string& path, const char* why,
                   Severity severity = Severity::warning) {
        notes.report({severity, rule_id::path_left_out, path.substr(0, 200), 0,
                      std::string("is skipped: ") + why, "rename it"});
    }

    git_repository* repository_;
    std::string commit_;
    bool takes_any_path_ = false;
    std::size_t entries_ = 0;
    std::size_t folders_ = 0;
    std::size_t path_bytes_ = 0;
};

/// What a blob is. A Git LFS pointer in its canonical form is kept as its two values, so that its
/// bytes can be made again without git.
struct BlobFacts {
    std::uint64_t size_bytes = 0;
    std::uint64_t pointer_size = 0;
    Sha256 pointer_oid = {};
    bool is_canonical_pointer = false;

    LfsPointer pointer() const {
        LfsPointer pointer;
        pointer.oid = pointer_oid;
        pointer.size_bytes = pointer_size;
        return pointer;
    }
};

/// Facts of the blobs of a tree by their position. Threads that ask for the same blob at the same
/// time may all read it; one of them keeps the result.
class KeptBlobFacts {
public:
    explicit KeptBlobFacts(std::size_t count) : slots_(count) {}

    const BlobFacts* find(std::size_t position) const {
        const Slot& slot = slots_[position];
        return slot.state.load(std::memory_order_acquire) == State::kept ? &slot.facts : nullptr;
    }

    void keep(std::size_t position, const BlobFacts& facts) {
        Slot& slot = slots_[position];
        State expected = State::unknown;
        if (!slot.state.compare_exchange_strong(expected, State::writing)) return;
        slot.facts = facts;
        slot.state.store(State::kept, std::memory_order_release);
    }

private:
    enum class State : std::uint8_t { unknown, writing, kept };
    struct Slot {
        BlobFacts facts;
        std::atomic<State> state{State::unknown};
    };
    std::vector<Slot> slots_;
};

class RevisionTree : public Tree {
public:
    RevisionTree(std::shared_ptr<GitHandle> handle, RevisionFiles files,
                 std::vector<LeftOutItem> left_out, Diagnostics notes, CommitId commit,
                 TreePlace place)
        : handle_(std::move(handle)),
          files_(std::move(files)),
          facts_(files_.size()),
          left_out_(std::move(left_out)),
          notes_(std::move(notes)),
          commit_(std::move(commit)),
          place_(std::move(place)) {}

    std::vector<std::string> list() const override {
        std::vector<std::string> paths;
        for (const RevisionFile& file : files_) {
            if (file.kind == FileKind::regular || file.kind == FileKind::symlink) {
                paths.emplace_back(files_.path_of(file));
            }
        }
        return paths;
    }

    std::vector<UnusableFile> unusable_files() const override {
        TreeWalker walker(handle_->repository.get(), commit_);
        for (const LeftOutItem& item : left_out_) {
            if (item.kind == FileKind::folder) {
                walker.walk_unusable(to_git_oid(item.id), item.path + "/");
            } else {
                walker.files.add(item.path, item.id, item.kind);
            }
        }
        std::vector<UnusableFile> unusable;
        for (const RevisionFile& file : walker.files) {
            if (file.kind == FileKind::regular || file.kind == FileKind::symlink) {
                unusable.push_back({std::string(walker.files.path_of(file)), file.id});
            }
        }
        std::ranges::stable_sort(unusable, {}, &UnusableFile::path);
        return unusable;
    }

    std::optional<FileStat> stat(const std::string& path) const override {
        if (const RevisionFile* file = files_.find(path)) {
            FileStat stat{file->kind, 0, false};
            if (file->kind == FileKind::regular) stat.size_bytes = size_of(*file);
            return stat;
        }
        const std::string folder = path.empty() ? "" : path + "/";
        if (files_.has_path_with_prefix(folder)) return FileStat{FileKind::folder, 0, false};
        return std::nullopt;
    }

    std::string read_link(const std::string& path) const override {
        const RevisionFile* file = files_.find(path);
        if (!file || file->kind != FileKind::symlink) {
            throw UserError(path + ": is not a symbolic link");
        }
        return read_whole(*open_blob(handle_, file->id, path), 4096, path);  // PATH_MAX
    }

    std::unique_ptr<ByteSource> open(const std::string& path) const override {
        const RevisionFile* file = files_.find(path);
        if (!file || file->kind != FileKind::regular) {
            throw UserError(path + ": is not a regular file of this revision");
        }
        const BlobFacts facts = facts_of(*file);
        if (facts.is_canonical_pointer) {
            return memory_source(lfs_pointer_text(facts.pointer_oid, facts.pointer_size));
        }
        return open_blob(handle_, file->id, facts.size_bytes, path);
    }

    std::optional<BlobId> blob_id(const std::string& path) const override {
        const RevisionFile* file = files_.find(path);
        if (!file || file->kind != FileKind::regular) return std::nullopt;
        return file->id;
    }

    std::optional<HeldByGit> held_by_git(const std::string& path) const override {
        const RevisionFile* file = files_.find(path);
        if (!file || file->kind != FileKind::regular) return std::nullopt;
        const BlobFacts facts = facts_of(*file);
        if (facts.is_canonical_pointer) {
            return HeldByGit{file->id, facts.size_bytes, facts.pointer()};
        }
        return held_blob(handle_, file->id, path);
    }

    std::optional<LfsPointer> unmodified_pointer(const std::string&) const override {
        return std::nullopt;  // in a revision, the pointer itself is the file
    }

    std::optional<LfsPointer> known_pointer(const std::string& path) const override {
        const RevisionFile* file = files_.find(path);
        if (!file || file->kind != FileKind::regular) return std::nullopt;
        const BlobFacts facts = facts_of(*file);
        return facts.is_canonical_pointer ? std::optional(facts.pointer()) : std::nullopt;
    }

    std::unique_ptr<ByteSource> open_lfs_object(const LfsPointer& pointer) const override {
        return place_.open(pointer);
    }

    std::unique_ptr<ByteSource> open_annex_object(const AnnexKey& key) const override {
        return place_.open(key);
    }

    std::optional<Origin> origin() const override { return place_.origin; }

    Diagnostics notes() const override { return notes_; }

private:
    /// Looks into a blob at most once, unless it is a small file and not a pointer. Throws
    /// UserError when the blob is missing.
    BlobFacts facts_of(const RevisionFile& file) const {
        const std::size_t position = files_.position_of(file);
        if (const BlobFacts* kept = facts_.find(position)) return *kept;
        const PackedBlob blob = read_if_small(file);
        BlobFacts facts;
        facts.size_bytes = blob.size_bytes;
        if (blob.content && blob.size_bytes < lfs_pointer_size_limit) {
            const std::string& content = *blob.content;
            const auto parsed = parse_lfs_pointer(content);
            const auto* pointer = std::get_if<LfsPointer>(&parsed);
            if (pointer && content == lfs_pointer_text(pointer->oid, pointer->size_bytes)) {
                facts.is_canonical_pointer = true;
                facts.pointer_oid = pointer->oid;
                facts.pointer_size = pointer->size_bytes;
            }
        }
        facts_.keep(position, facts);
        return facts;
    }

    /// The size of the blob, and the content if it is not too long for a pointer.
    PackedBlob read_if_small(const RevisionFile& file) const {
        if (auto packed = packed_blob(*handle_, file.id)) return std::move(*packed);
        const std::string path(files_.path_of(file));
        PackedBlob blob{blob_size(*handle_, file.id, path), std::nullopt};
        if (blob.size_bytes < lfs_pointer_size_limit) {
            blob.content = read_whole(*open_blob(handle_, file.id, blob.size_bytes, path),
                                      lfs_pointer_size_limit, path);
        }
        return blob;
    }

    /// 0 when the blob is missing; open() reports the reason.
    std::uint64_t size_of(const RevisionFile& file) const {
        try {
            return facts_of(file).size_bytes;
        } catch (const UserError&) {
            return 0;
        }
    }

    std::shared_ptr<GitHandle> handle_;
    RevisionFiles files_;
    mutable KeptBlobFacts facts_;  ///< of files_
    std::vector<LeftOutItem> left_out_;
    Diagnostics notes_;
    CommitId commit_;
    TreePlace place_;
};

/// The tree of the commit, or of `subfolder` in it.
git_oid find_root(git_repository* repository, const CommitId& commit,
                  const std::string& subfolder) {
    git_object* found = nullptr;
    const std::string spec = commit + ":" + subfolder;
    const int error = git_revparse_single(&found, repository, spec.c_str());
    const GitObject object(found);
    if (error != 0 || git_object_type(found) != GIT_OBJECT_TREE) {
        throw UserError(commit.substr(0, 12) + ": has no folder \"" + subfolder + "\"");
    }
    return *git_object_id(found);
}

}  // namespace

std::unique_ptr<Tree> make_revision_tree(std::shared_ptr<GitHandle> handle, const CommitId& commit,
                                         TreePlace place) {
    git_repository* repository = handle->repository.get();
    TreeWalker walker(repository, commit);
    walker.walk(find_root(repository, commit, place.origin.subfolder), "", 0);
    RevisionFiles files = std::move(walker.files);
    files.finish();
    return std::make_unique<RevisionTree>(std::move(handle), std::move(files),
                                          std::move(walker.left_out), std::move(walker.notes),
                                          commit, std::move(place));
}

}  // namespace onnxhub
