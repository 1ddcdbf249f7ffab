// SPDX-License-Identifier: Apache-2.0
#include "base/new_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>

#include "base/byte_source.h"
#include "base/random_name.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

int open_folder(int from, const char* name, int more_flags) {
    return openat(from, name, O_PATH | O_DIRECTORY | O_CLOEXEC | more_flags);
}

int open_folder(const fs::path& path) {
    return open_folder(AT_FDCWD, path.empty() ? "." : path.c_str(), 0);
}

/// The folder `name` in `from`, which is closed; -1 with errno set. `makes`: if it is not there.
int enter(int from, const fs::path& name, bool makes) {
    int fd = open_folder(from, name.c_str(), O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT && makes) {
        if (mkdirat(from, name.c_str(), 0777) == 0 || errno == EEXIST) {
            fd = open_folder(from, name.c_str(), O_NOFOLLOW);
        }
    }
    const int reason = errno;
    close(from);
    errno = reason;
    return fd;
}

}  // namespace

NewFile::NewFile(const fs::path& destination)
    : destination_(destination), name_(destination.filename()) {
    folder_ = open_folder(destination.parent_path());
    if (folder_ < 0) fail("can't be written", errno);
    create();
}

NewFile::NewFile(const fs::path& base, const fs::path& below)
    : destination_(base / below), name_(below.filename()) {
    fs::path at = base;
    folder_ = open_folder(base);
    for (const fs::path& segment : below.parent_path()) {
        if (folder_ < 0) break;
        at /= segment;
        folder_ = enter(folder_, segment, true);
    }
    if (folder_ < 0 && (errno == ENOTDIR || errno == ELOOP)) {
        throw UserError(at.string() +
                        ": is a symbolic link or a file where a folder is needed; move it");
    }
    if (folder_ < 0) fail("can't be written", errno);
    create();
}

/// Not mkstemp(): with open() the system takes the umask off, which can't be read without changing
/// it for other threads too.
void NewFile::create() {
    const auto close_folder_and_fail = [&](int reason) {
        close(std::exchange(folder_, -1));
        fail("can't be written", reason);
    };
    do {
        temporary_ = ".onnxhub-" + random_name() + ".tmp";
        fd_ = openat(folder_, temporary_.c_str(),
                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    } while (fd_ < 0 && (errno == EEXIST || errno == EINTR));
    if (fd_ < 0) close_folder_and_fail(errno);
    // Tells those who remove abandoned files that this one is in use. Best effort.
    flock(fd_, LOCK_EX | LOCK_NB);
}

NewFile::~NewFile() {
    if (fd_ >= 0) close(fd_);
    if (folder_ < 0) return;
    if (!temporary_.empty()) unlinkat(folder_, temporary_.c_str(), 0);
    close(folder_);
}

void NewFile::fail(const char* what, int reason) const {
    throw UserError(destination_.string() + ": " + what + " (" +
                    std::generic_category().message(reason) + "); it is as it was");
}

void NewFile::write(std::span<const std::byte> block) {
    while (!block.empty()) {
        const ssize_t written = ::write(fd_, block.data(), block.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("can't be written", errno);
        block = block.subspan(static_cast<std::size_t>(written));
    }
}

void NewFile::write(std::string_view text) {
    write(std::as_bytes(std::span(text)));
}

void NewFile::set_permissions(mode_t permissions) {
    struct stat present = {};
    if (fstat(fd_, &present) == 0 && (present.st_mode & 07777) == permissions) return;
    if (fchmod(fd_, permissions) != 0) fail("can't keep its permissions", errno);
}

void NewFile::flush() {
    if (fsync(fd_) != 0) fail("can't be written", errno);
}

void NewFile::rename_onto_destination(OnExisting on_existing) {
    bool is_done = false;
    if (on_existing == OnExisting::replace) {
        is_done = renameat(folder_, temporary_.c_str(), folder_, name_.c_str()) == 0;
    } else {
        is_done =
            renameat2(folder_, temporary_.c_str(), folder_, name_.c_str(), RENAME_NOREPLACE) == 0;
        // Some file systems don't know the flag; a second name is just as exclusive.
        if (!is_done && (errno == EINVAL || errno == ENOSYS) &&
            linkat(folder_, temporary_.c_str(), folder_, name_.c_str(), 0) == 0) {
            is_done = unlinkat(folder_, temporary_.c_str(), 0) == 0;
        }
    }
    if (!is_done) fail("can't be replaced", errno);
    temporary_.clear();
    close(std::exchange(fd_, -1));  // the lock ends here: flush() has told of failed writes
}

void copy_verified(const fs::path& from, const Sha256& sha, NewFile& to) {
    const auto source = open_file(from, from.string(), LastLink::refuse);
    std::vector<std::byte> block(512 * 1024);
    Sha256Hasher hasher;
    for (std::uint64_t done = 0;;) {
        const std::size_t count = source->read(done, block);
        if (count == 0) break;
        const auto read = std::span(block).first(count);
        hasher.update(read);
        to.write(read);
        done += count;
    }
    if (hasher.finish() != sha) {
        throw UserError(from.string() +
                        ": was changed after it was verified; load it again with "
                        "--force-reload");
    }
    to.flush();
}

int open_beneath(const fs::path& base, const fs::path& below) {
    int folder = open_folder(base);
    for (const fs::path& segment : below.parent_path()) {
        if (folder < 0) return -1;
        folder = enter(folder, segment, false);
    }
    if (folder < 0) return -1;
    const int fd =
        openat(folder, below.filename().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    const int reason = errno;
    close(folder);
    errno = reason;
    return fd;
}

}  // namespace onnxhub
