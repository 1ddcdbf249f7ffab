// SPDX-License-Identifier: Apache-2.0
#include "base/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/error_text.h"
#include "base/file_lock.h"
#include "base/file_status.h"
#include "base/random_name.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// Open only to reach what is in it, which needs no right to list it.
Descriptor enter_from(int from, const char* name, int more_flags) {
    return Descriptor(openat(from, name, O_PATH | O_DIRECTORY | O_CLOEXEC | more_flags));
}

Descriptor enter(const fs::path& path) {
    return enter_from(AT_FDCWD, path.empty() ? "." : path.c_str(), 0);
}

/// The folder `name` in `from`, which is made if it is not there.
Descriptor enter_or_make(const Descriptor& from, const fs::path& name) {
    Descriptor folder = enter_from(from.get(), name.c_str(), O_NOFOLLOW);
    if (folder.is_open() || errno != ENOENT) return folder;
    if (mkdirat(from.get(), name.c_str(), 0777) != 0 && errno != EEXIST) return folder;
    return enter_from(from.get(), name.c_str(), O_NOFOLLOW);
}

}  // namespace

NewFile::NewFile(const fs::path& destination)
    : destination_(destination), name_(destination.filename()) {
    folder_ = enter(destination.parent_path());
    if (!folder_.is_open()) fail("can't be written", errno);
    create();
}

NewFile::NewFile(const fs::path& base, const fs::path& below)
    : destination_(base / below), name_(below.filename()) {
    fs::path at = base;
    folder_ = enter(base);
    for (const fs::path& segment : below.parent_path()) {
        if (!folder_.is_open()) break;
        at /= segment;
        folder_ = enter_or_make(folder_, segment);
    }
    if (!folder_.is_open() && (errno == ENOTDIR || errno == ELOOP)) {
        throw UserError(at.string() +
                        ": is a symbolic link or a file where a folder is needed; move it");
    }
    if (!folder_.is_open()) fail("can't be written", errno);
    create();
}

/// Does not use mkstemp(), since only open() applies the umask, and reading the umask would change
/// it for other threads too.
void NewFile::create() {
    do {
        temporary_ = ".onnxhub-" + random_name() + ".tmp";
        file_ = Descriptor(openat(folder_.get(), temporary_.c_str(),
                                  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
    } while (!file_.is_open() && (errno == EEXIST || errno == EINTR));
    if (!file_.is_open()) fail("can't be written", errno);
    // The lock shows processes that remove abandoned files that this one is in use. Best effort.
    try_lock(file_);
}

NewFile::~NewFile() {
    if (!temporary_.empty()) unlinkat(folder_.get(), temporary_.c_str(), 0);
}

void NewFile::fail(const char* what, int reason) const {
    throw UserError(destination_.string() + ": " + what + " (" + error_text(reason) +
                    "); the file is unchanged");
}

void NewFile::write(std::span<const std::byte> block) {
    if (!write_all(file_, block)) fail("can't be written", errno);
}

void NewFile::write(std::string_view text) {
    write(std::as_bytes(std::span(text)));
}

void NewFile::set_permissions(unsigned permissions) {
    const auto present = status_of(file_);
    if (present && present->permissions == permissions) return;
    if (fchmod(file_.get(), permissions) != 0) fail("can't keep its permissions", errno);
}

void NewFile::flush() {
    if (!flush_to_disk(file_)) fail("can't be written", errno);
}

void NewFile::rename_onto_destination(OnExisting on_existing) {
    bool is_done = false;
    if (on_existing == OnExisting::replace) {
        is_done = renameat(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str()) == 0;
    } else {
        is_done = renameat2(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str(),
                            RENAME_NOREPLACE) == 0;
        // Some file systems do not support the flag. Creating a hard link is also exclusive.
        if (!is_done && (errno == EINVAL || errno == ENOSYS) &&
            linkat(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str(), 0) == 0) {
            is_done = unlinkat(folder_.get(), temporary_.c_str(), 0) == 0;
        }
    }
    if (!is_done) fail("can't be replaced", errno);
    temporary_.clear();
    file_.close();  // releases the lock; flush() has already reported failed writes
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

}  // namespace onnxhub
