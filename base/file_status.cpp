// SPDX-License-Identifier: Apache-2.0
#include "base/file_status.h"

#include <sys/stat.h>
#include <unistd.h>

namespace onnxhub {
namespace {

FileTime to_file_time(const timespec& time) {
    return {time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec)};
}

FileType type_of(mode_t mode) {
    if (S_ISREG(mode)) return FileType::regular;
    if (S_ISDIR(mode)) return FileType::folder;
    return S_ISLNK(mode) ? FileType::symlink : FileType::other;
}

FileStatus to_file_status(const struct stat& status) {
    FileStatus result;
    result.type = type_of(status.st_mode);
    result.permissions = status.st_mode & 07777;
    result.owner = status.st_uid;
    result.group = status.st_gid;
    result.device = status.st_dev;
    result.inode = status.st_ino;
    result.link_count = status.st_nlink;
    result.size_bytes = static_cast<std::uint64_t>(status.st_size);
    result.modified = to_file_time(status.st_mtim);
    result.changed = to_file_time(status.st_ctim);
    result.accessed = to_file_time(status.st_atim);
    return result;
}

}  // namespace

std::optional<FileStatus> status_of(const std::filesystem::path& path) {
    struct stat status = {};
    if (stat(path.c_str(), &status) != 0) return std::nullopt;
    return to_file_status(status);
}

std::optional<FileStatus> link_status_of(const std::filesystem::path& path) {
    struct stat status = {};
    if (lstat(path.c_str(), &status) != 0) return std::nullopt;
    return to_file_status(status);
}

std::optional<FileStatus> status_of(const Descriptor& file) {
    struct stat status = {};
    if (fstat(file.get(), &status) != 0) return std::nullopt;
    return to_file_status(status);
}

bool is_same_file(const FileStatus& one, const FileStatus& other) {
    return one.device == other.device && one.inode == other.inode;
}

bool is_still_at(const Descriptor& file, const std::filesystem::path& path, LastLink last_link) {
    const auto held = status_of(file);
    const auto present = last_link == LastLink::follow ? status_of(path) : link_status_of(path);
    return held && present && is_same_file(*held, *present);
}

UserId current_user() {
    return geteuid();
}

}  // namespace onnxhub
