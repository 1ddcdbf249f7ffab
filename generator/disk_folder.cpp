// SPDX-License-Identifier: Apache-2.0
#include "generator/disk_folder.h"

#include <unistd.h>

#include <climits>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "manifest/environment_error.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// Whether a file's name can be part of a hub path: a colon is allowed here, a backslash is not.
bool is_usable_name(const std::string& name) {
    return !std::holds_alternative<UnsafePath>(check_hub_path("x" + name));
}

}  // namespace

bool DiskFolder::is_real_folder(const std::string& path) const {
    if (path.empty()) return true;
    {
        const std::shared_lock lock(mutex_);
        if (real_folders_.contains(path)) return true;
    }
    struct stat status = {};
    if (!is_real_folder(std::string(parent_folder(path))) ||
        lstat((root_ / path).c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        return false;
    }
    const std::unique_lock lock(mutex_);
    real_folders_.insert(path);
    return true;
}

std::optional<struct stat> DiskFolder::look(const std::string& path) const {
    struct stat status = {};
    if (!is_real_folder(std::string(parent_folder(path)))) return std::nullopt;
    if (lstat((root_ / path).c_str(), &status) != 0) return std::nullopt;
    return status;
}

FileStat DiskFolder::describe(const struct stat& status) const {
    if (S_ISREG(status.st_mode)) {
        return {FileKind::regular, static_cast<std::uint64_t>(status.st_size), false};
    }
    if (S_ISLNK(status.st_mode)) return {FileKind::symlink, 0, false};
    if (S_ISDIR(status.st_mode)) return {FileKind::folder, 0, false};
    return {FileKind::other, 0, false};
}

std::string DiskFolder::read_link(const std::string& path) const {
    char target[PATH_MAX];
    const ssize_t length = readlink((root_ / path).c_str(), target, sizeof target);
    if (length < 0) throw EnvironmentError(path + ": is no symbolic link");
    return std::string(target, static_cast<std::size_t>(length));
}

std::unique_ptr<ByteSource> DiskFolder::open(const std::string& path) const {
    const auto status = look(path);
    if (!status || !S_ISREG(status->st_mode)) {
        throw EnvironmentError(path + ": is no regular file");
    }
    return open_file(root_ / path, path);
}

void DiskFolder::walk(const std::function<bool(const std::string&)>& enter,
                      const std::function<void(const std::string&)>& found,
                      Diagnostics& notes) const {
    std::vector<std::string> folders{""};
    while (!folders.empty()) {
        const std::string folder = std::move(folders.back());
        folders.pop_back();
        std::error_code error;
        fs::directory_iterator entries(root_ / folder, error);
        if (error) {
            notes.report({Severity::warning, "folder-unreadable", folder, 0,
                          "can't be read (" + error.message() + "), its files are left out",
                          "check its permissions"});
            continue;
        }
        for (; entries != fs::directory_iterator(); entries.increment(error)) {
            const std::string name = entries->path().filename().string();
            if (name == ".git") continue;
            const std::string path = folder.empty() ? name : folder + "/" + name;
            if (!is_usable_name(name)) {
                notes.report({Severity::warning, "path-left-out", path, 0,
                              "left out, its name can't be used in a hub", "rename it"});
                continue;
            }
            const fs::file_status status = entries->symlink_status(error);
            if (fs::is_directory(status)) {
                if (enter(path)) folders.push_back(path);
            } else if (fs::is_regular_file(status) || fs::is_symlink(status)) {
                found(path);
            }
        }
    }
}

}  // namespace onnxhub
