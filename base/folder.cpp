// SPDX-License-Identifier: Apache-2.0
#include "base/folder.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <utility>

namespace onnxhub {
namespace {

std::optional<std::string> read_link_at(int folder, const char* path) {
    std::array<char, PATH_MAX> target = {};
    const ssize_t size = readlinkat(folder, path, target.data(), target.size());
    if (size <= 0 || size == static_cast<ssize_t>(target.size())) return std::nullopt;
    return std::string(target.data(), static_cast<std::size_t>(size));
}

}  // namespace

static_assert(longest_path == PATH_MAX - 1);

Descriptor open_beneath(const std::filesystem::path& base, const std::filesystem::path& below) {
    constexpr int folder_flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    Descriptor folder(::open(base.empty() ? "." : base.c_str(), folder_flags));
    for (const std::filesystem::path& segment : below.parent_path()) {
        if (!folder.is_open()) return folder;
        folder = Descriptor(openat(folder.get(), segment.c_str(), folder_flags | O_NOFOLLOW));
    }
    if (!folder.is_open()) return folder;
    return Descriptor(openat(folder.get(), below.filename().c_str(),
                             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
}

FolderRoot::FolderRoot(const std::filesystem::path& path)
    : folder_(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

Descriptor FolderRoot::open(const std::string& path) const {
    open_how how = {};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    Descriptor file(
        static_cast<int>(syscall(SYS_openat2, folder_.get(), path.c_str(), &how, sizeof how)));
    return !file.is_open() && errno == ENOSYS ? open_by_segments(path) : std::move(file);
}

Descriptor FolderRoot::open_by_segments(const std::string& path) const {
    const std::filesystem::path segments(path);
    if (segments.is_absolute() || std::ranges::find(segments, "..") != segments.end()) {
        errno = EXDEV;
        return Descriptor();
    }
    Descriptor folder;
    int parent = folder_.get();
    for (const std::filesystem::path& segment : segments.parent_path()) {
        Descriptor next(
            openat(parent, segment.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!next.is_open()) {
            // For a link too, the system says ENOTDIR.
            if (errno == ENOTDIR) errno = read_link_at(parent, segment.c_str()) ? ELOOP : ENOTDIR;
            return next;
        }
        folder = std::move(next);
        parent = folder.get();
    }
    return Descriptor(openat(parent, segments.filename().c_str(),
                             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
}

std::optional<std::string> FolderRoot::link_target(const std::string& path) const {
    return read_link_at(folder_.get(), path.c_str());
}

std::optional<std::string> read_link(const std::filesystem::path& path) {
    return read_link_at(AT_FDCWD, path.c_str());
}

bool make_folder(const std::filesystem::path& path, unsigned permissions) {
    return mkdir(path.c_str(), permissions) == 0;
}

bool exchange_names(const std::filesystem::path& one, const std::filesystem::path& other) {
    return renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0;
}

bool clone_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    const Descriptor source = open_to_read(from);
    if (!source.is_open()) return false;
    Descriptor target = create_file(to);
    if (!target.is_open()) return false;
    if (ioctl(target.get(), FICLONE, source.get()) == 0) return true;
    unlink(to.c_str());
    return false;
}

}  // namespace onnxhub
