// SPDX-License-Identifier: Apache-2.0
#include "repository/disk_folder.h"

#include <algorithm>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "base/folder.h"
#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

bool is_usable_path(const std::string& path) {
    return std::holds_alternative<std::string>(check_hub_path(path));
}

}  // namespace

bool DiskFolder::is_real_folder(const std::string& path) const {
    if (path.empty()) return true;
    {
        const std::shared_lock lock(mutex_);
        if (real_folders_.contains(path)) return true;
    }
    if (!is_real_folder(std::string(parent_folder(path)))) return false;
    const auto status = link_status_of(root_ / path);
    if (!status || !status->is_folder()) return false;
    const std::unique_lock lock(mutex_);
    real_folders_.insert(path);
    return true;
}

std::optional<FileStatus> DiskFolder::look(const std::string& path) const {
    if (path.size() > longest_path) return std::nullopt;  // no such file can exist
    if (!is_real_folder(std::string(parent_folder(path)))) return std::nullopt;
    return link_status_of(root_ / path);
}

FileStat DiskFolder::describe(const FileStatus& status) const {
    switch (status.type) {
        case FileType::regular:
            return {FileKind::regular, status.size_bytes, false};
        case FileType::symlink:
            return {FileKind::symlink, 0, false};
        case FileType::folder:
            return {FileKind::folder, 0, false};
        case FileType::other:
            break;
    }
    return {FileKind::other, 0, false};
}

std::string DiskFolder::read_link(const std::string& path) const {
    const auto status = look(path);
    auto target = status && status->is_symlink() ? onnxhub::read_link(root_ / path) : std::nullopt;
    if (!target) throw UserError(path + ": is not a symbolic link");
    return *std::move(target);
}

std::unique_ptr<ByteSource> DiskFolder::open(const std::string& path) const {
    const auto status = look(path);
    if (!status || !status->is_regular()) {
        throw UserError(path + ": is not a regular file; replace it with one");
    }
    return open_file(root_ / path, path, LastLink::refuse);
}

void DiskFolder::walk(const Enter& enter, const Found& found, Diagnostics& notes) const {
    std::vector<std::string> folders{""};
    while (!folders.empty()) {
        const std::string folder = std::move(folders.back());
        folders.pop_back();
        for (std::string& path : walk_folder(folder, enter, found, notes)) {
            folders.push_back(std::move(path));
        }
    }
}

/// Files, symbolic links and folders, sorted by name. Skips other types of files, and .git.
std::vector<DiskFolder::Child> DiskFolder::children_of(const std::string& folder,
                                                       Diagnostics& notes) const {
    std::vector<Child> children;
    std::error_code error;
    fs::directory_iterator entries(root_ / folder, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
        std::error_code vanished;
        const fs::file_type type = entries->symlink_status(vanished).type();
        const bool is_folder = type == fs::file_type::directory;
        const bool is_file = type == fs::file_type::regular || type == fs::file_type::symlink;
        const std::string name = entries->path().filename().string();
        if (name == ".git" || !(is_folder || is_file)) continue;
        children.push_back({folder.empty() ? name : folder + "/" + name, is_folder});
    }
    if (error) {
        const std::string reason = "can't be read (" + error.message() + ")";
        if (folder.empty()) {
            throw UserError(root_.string() + ": " + reason + "; check its permissions");
        }
        notes.report({Severity::warning, rule_id::folder_unreadable, folder, 0,
                      reason + ", so its files are skipped", "check its permissions"});
    }
    std::ranges::sort(children, {}, &Child::path);
    return children;
}

/// Returns the folders to enter next, the last one first.
std::vector<std::string> DiskFolder::walk_folder(const std::string& folder, const Enter& enter,
                                                 const Found& found, Diagnostics& notes) const {
    std::vector<std::string> folders;
    for (Child& child : children_of(folder, notes)) {
        if (!is_usable_path(child.path)) {
            notes.report({Severity::note, rule_id::path_left_out, child.path, 0,
                          "is skipped: its name is not allowed in a hub", "rename it"});
        } else if (!child.is_folder) {
            found(child.path);
        } else if (enter(child.path)) {
            folders.push_back(std::move(child.path));
        }
    }
    std::reverse(folders.begin(), folders.end());
    return folders;
}

std::vector<std::string> DiskFolder::unusable_files(const Enter& enter) const {
    std::vector<std::string> files;
    std::vector<std::string> folders{""};
    Diagnostics not_of_interest;
    while (!folders.empty()) {
        const std::string folder = std::move(folders.back());
        folders.pop_back();
        for (Child& child : children_of(folder, not_of_interest)) {
            if (child.path.size() > longest_path) continue;
            if (!child.is_folder) {
                if (!is_usable_path(child.path)) files.push_back(std::move(child.path));
            } else if (enter(child.path)) {
                folders.push_back(std::move(child.path));
            }
        }
    }
    return files;
}

}  // namespace onnxhub
