// SPDX-License-Identifier: Apache-2.0
#include "base/file_lock.h"

#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>

#include "base/error_text.h"
#include "base/file_status.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// Polling, since a signal that comes just before a blocking flock() would not end it.
constexpr milliseconds poll_interval{25};
constexpr milliseconds short_wait{1000};

Descriptor for_lock(Descriptor file, const fs::path& path) {
    if (file.is_open()) return file;
    throw UserError(path.string() + ": cannot be opened (" + error_text() +
                    "); check the permissions of the folder");
}

}  // namespace

LockAttempt try_lock(const Descriptor& file) {
    if (flock(file.get(), LOCK_EX | LOCK_NB) == 0) return LockAttempt::locked;
    return errno == EWOULDBLOCK || errno == EINTR ? LockAttempt::taken : LockAttempt::unsupported;
}

FileLock FileLock::take(const fs::path& path, const LockWait& wait) {
    return take([&] { return for_lock(open_to_read(path), path); }, path, wait);
}

FileLock FileLock::take_file(const fs::path& path, const LockWait& wait) {
    return take([&] { return for_lock(open_or_create_file(path), path); }, path, wait);
}

FileLock FileLock::take(const std::function<Descriptor()>& open, const fs::path& path,
                        const LockWait& wait) {
    FileLock lock;
    lock.file_ = open();
    milliseconds waited{0};
    for (;;) {
        wait.check_interruption();
        const LockAttempt attempt = try_lock(lock.file_);
        if (attempt == LockAttempt::unsupported) return {};
        if (attempt == LockAttempt::locked) {
            if (is_still_at(lock.file_, path, LastLink::follow)) return lock;
            lock.file_.close();
            lock.file_ = open();
            continue;
        }
        if (waited == short_wait) wait.tell();
        std::this_thread::sleep_for(poll_interval);
        waited += poll_interval;
    }
}

bool remove_unless_locked(const fs::path& path) {
    const Descriptor file = open_to_read(path, LastLink::refuse);
    const auto status = file.is_open() ? status_of(file) : std::nullopt;
    const bool is_free = status && status->is_regular() && try_lock(file) != LockAttempt::taken &&
                         is_still_at(file, path);
    std::error_code error;
    return is_free && fs::remove(path, error);
}

}  // namespace onnxhub
