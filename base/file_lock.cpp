// SPDX-License-Identifier: Apache-2.0
#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// Polling, since a signal that comes just before a blocking flock() would not end it.
constexpr milliseconds poll_interval{25};
constexpr milliseconds short_wait{1000};

int open_for_lock(const fs::path& path, int flags) {
    int fd = -1;
    do {
        fd = open(path.c_str(), flags | O_CLOEXEC, 0666);
    } while (fd < 0 && errno == EINTR);
    if (fd >= 0) return fd;
    throw UserError(path.string() + ": cannot be opened (" +
                    std::generic_category().message(errno) +
                    "); check the permissions of the folder");
}

/// Whether `path` still names what is open as `fd`: it may have been replaced during the wait.
bool is_still_at(int fd, const fs::path& path) {
    struct stat held = {};
    struct stat present = {};
    return fstat(fd, &held) == 0 && stat(path.c_str(), &present) == 0 &&
           held.st_dev == present.st_dev && held.st_ino == present.st_ino;
}

enum class Attempt { locked, taken, unsupported };

Attempt try_lock(int fd) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return Attempt::locked;
    return errno == EWOULDBLOCK || errno == EINTR ? Attempt::taken : Attempt::unsupported;
}

}  // namespace

FileLock FileLock::take(const fs::path& path, const LockWait& wait) {
    return take(path, O_RDONLY, wait);
}

FileLock FileLock::take_file(const fs::path& path, const LockWait& wait) {
    return take(path, O_RDWR | O_CREAT | O_NOFOLLOW, wait);
}

FileLock FileLock::take(const fs::path& path, int flags, const LockWait& wait) {
    FileLock lock;
    lock.fd_ = open_for_lock(path, flags);
    milliseconds waited{0};
    for (;;) {
        wait.check_interruption();
        const Attempt attempt = try_lock(lock.fd_);
        if (attempt == Attempt::unsupported) return {};
        if (attempt == Attempt::locked) {
            if (is_still_at(lock.fd_, path)) return lock;
            close(std::exchange(lock.fd_, -1));
            lock.fd_ = open_for_lock(path, flags);
            continue;
        }
        if (waited == short_wait) wait.tell();
        std::this_thread::sleep_for(poll_interval);
        waited += poll_interval;
    }
}

FileLock::~FileLock() {
    if (fd_ >= 0) close(fd_);
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

bool remove_unless_locked(const fs::path& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return false;
    struct stat status = {};
    const bool is_free = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
                         try_lock(fd) != Attempt::taken && is_still_at(fd, path);
    const bool is_removed = is_free && unlink(path.c_str()) == 0;
    close(fd);
    return is_removed;
}

}  // namespace onnxhub
