// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "repository/disk_folder.h"
#include "repository/git_handle.h"
#include "repository/index_snapshot.h"

namespace onnxhub {
namespace {

class WorkingTree : public Tree {
public:
    WorkingTree(std::shared_ptr<GitHandle> handle, TreePlace place)
        : handle_(std::move(handle)),
          place_(std::move(place)),
          prefix_(subfolder().empty() ? "" : subfolder() + "/"),
          index_(IndexSnapshot::read(handle_->repository.get(), subfolder())),
          disk_(std::filesystem::path(git_repository_workdir(handle_->repository.get())) /
                subfolder()) {
        for (const IndexedFile& file : index_.files()) {
            if (file.mode == GIT_FILEMODE_COMMIT) submodules_.insert(file.path);
        }
    }

    std::vector<std::string> list() const override {
        std::set<std::string> paths;
        Diagnostics notes;
        disk_.walk([&](const std::string& folder) { return is_part_of_hub(folder, notes); },
                   [&](const std::string& path) {
                       if (index_.find(path) || !is_ignored(path)) paths.insert(path);
                   },
                   notes);
        // Tracked files in ignored folders belong to the hub too.
        for (const IndexedFile& file : index_.files()) {
            if (paths.contains(file.path) || is_in_submodule(file.path)) continue;
            if (!std::holds_alternative<std::string>(check_hub_path(file.path))) continue;
            const auto status = disk_.look(file.path);
            if (!status) continue;
            const FileKind kind = disk_.describe(*status).kind;  // it may be a folder now
            if (kind == FileKind::regular || kind == FileKind::symlink) paths.insert(file.path);
        }
        const std::lock_guard lock(mutex_);
        list_notes_ = std::move(notes);
        return {paths.begin(), paths.end()};
    }

    std::vector<UnusableFile> unusable_files() const override {
        Diagnostics not_of_interest;
        std::vector<UnusableFile> files;
        for (std::string& path : disk_.unusable_files([&](const std::string& folder) {
                 return is_part_of_hub(folder, not_of_interest);
             })) {
            if (!index_.find(path) && is_ignored(path)) continue;
            auto blob = blob_of_unusable(path);
            files.push_back({std::move(path), blob});
        }
        std::ranges::sort(files, {}, &UnusableFile::path);
        return files;
    }

    std::optional<FileStat> stat(const std::string& path) const override {
        if (submodules_.contains(path)) return FileStat{FileKind::submodule, 0, false};
        if (is_in_submodule(path)) return std::nullopt;
        const auto status = disk_.look(path);
        if (!status) return std::nullopt;
        FileStat stat = disk_.describe(*status);
        stat.is_ignored = stat.kind != FileKind::folder && !index_.find(path) && is_ignored(path);
        return stat;
    }

    std::string read_link(const std::string& path) const override { return disk_.read_link(path); }

    std::unique_ptr<ByteSource> open(const std::string& path) const override {
        return disk_.open(path);
    }

    std::optional<BlobId> blob_id(const std::string& path) const override {
        const IndexedFile* file = find_unmodified(path).file;
        if (!file) return std::nullopt;
        return file->id;
    }

    std::optional<HeldByGit> held_by_git(const std::string& path) const override {
        const IndexedFile* file = index_.find(path);
        if (!file || !file->is_settled || !file->is_regular()) return std::nullopt;
        return held_blob(handle_, file->id, path);
    }

    std::optional<LfsPointer> unmodified_pointer(const std::string& path) const override {
        const Unmodified found = find_unmodified(path);
        if (!found.file) return std::nullopt;
        try {
            const HeldByGit held = held_blob(handle_, found.file->id, path);
            const auto* pointer = std::get_if<LfsPointer>(&held.as_pointer);
            // An extension's filter changes the content, so the file differs from the object.
            if (!pointer || !pointer->is_canonical || pointer->has_extensions ||
                pointer->size_bytes != found.size_bytes) {
                return std::nullopt;
            }
            return *pointer;
        } catch (const UserError&) {
            return std::nullopt;  // the file itself is available and can be read instead
        }
    }

    std::unique_ptr<ByteSource> open_lfs_object(const LfsPointer& pointer) const override {
        return place_.open(pointer);
    }

    std::unique_ptr<ByteSource> open_annex_object(const AnnexKey& key) const override {
        return place_.open(key);
    }

    std::optional<Origin> origin() const override { return place_.origin; }

    Diagnostics notes() const override {
        Diagnostics notes;
        for (const std::string& path : submodules_) {
            notes.report({Severity::note, rule_id::submodule_left_out, path, 0,
                          "is a submodule, so its files are not part of the hub", ""});
        }
        const std::lock_guard lock(mutex_);
        notes.append(list_notes_);
        return notes;
    }

private:
    struct Unmodified {
        const IndexedFile* file = nullptr;  ///< null: modified, untracked or uncertain
        std::uint64_t size_bytes = 0;
    };

    const std::string& subfolder() const { return place_.origin.subfolder; }

    Unmodified find_unmodified(const std::string& path) const {
        const IndexedFile* file = index_.find(path);
        const auto status = file ? disk_.look(path) : std::nullopt;
        if (!status || !index_.is_unmodified(*file, *status)) return {};
        return {file, status->size_bytes};
    }

    /// The blob that git recorded if the file is unmodified, otherwise the blob of its bytes
    /// without filters.
    std::optional<BlobId> blob_of_unusable(const std::string& path) const {
        if (const auto known = blob_id(path)) return known;
        const auto status = disk_.look(path);
        git_oid id = {};
        int error = GIT_ENOTFOUND;
        if (status && status->is_regular()) {
            error = git_odb_hashfile(&id, (disk_.root() / path).c_str(), GIT_OBJECT_BLOB);
        } else if (status && status->is_symlink()) {
            const std::string target = disk_.read_link(path);
            error = git_odb_hash(&id, target.data(), target.size(), GIT_OBJECT_BLOB);
        }
        if (error != 0) return std::nullopt;
        return to_blob_id(id);
    }

    bool is_in_submodule(const std::string& path) const {
        if (submodules_.empty()) return false;
        for (std::string_view folder = parent_folder(path); !folder.empty();
             folder = parent_folder(folder)) {
            if (submodules_.contains(std::string(folder))) return true;
        }
        return false;
    }

    /// Whether new files in the folder can belong to the hub.
    bool is_part_of_hub(const std::string& folder, Diagnostics& notes) const {
        if (submodules_.contains(folder) || is_ignored(folder + "/")) return false;
        if (!disk_.look(folder + "/.git")) return true;
        notes.report({Severity::note, rule_id::repository_left_out, folder, 0,
                      "is a repository of its own, so its files are not part of the hub", ""});
        return false;
    }

    /// Uses libgit2's rules, which differ from git in one case: "!name" without wildcards has no
    /// effect when the rule it cancels is in the .gitignore of a parent folder.
    bool is_ignored(const std::string& path) const {
        const std::lock_guard lock(mutex_);  // libgit2 caches .gitignore files in the repository
        int ignored = 0;
        const std::string full = prefix_ + path;
        return git_ignore_path_is_ignored(&ignored, handle_->repository.get(), full.c_str()) == 0 &&
               ignored != 0;
    }

    std::shared_ptr<GitHandle> handle_;
    TreePlace place_;
    std::string prefix_;
    IndexSnapshot index_;
    DiskFolder disk_;
    std::set<std::string> submodules_;
    mutable std::mutex mutex_;
    mutable Diagnostics list_notes_;
};

}  // namespace

std::unique_ptr<Tree> make_working_tree(std::shared_ptr<GitHandle> handle, TreePlace place) {
    return std::make_unique<WorkingTree>(std::move(handle), std::move(place));
}

}  // namespace onnxhub
