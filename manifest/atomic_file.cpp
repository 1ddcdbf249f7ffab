// SPDX-License-Identifier: Apache-2.0
#include "manifest/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

#include "manifest/environment_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// A file beside its destination that goes away unless it is renamed onto it.
class TemporaryFile {
public:
    explicit TemporaryFile(const fs::path& destination)
        : destination_(destination),
          path_((destination.parent_path() / ("." + destination.filename().string() + ".XXXXXX"))
                    .string()) {
        fd_ = mkostemp(path_.data(), O_CLOEXEC);
        if (fd_ < 0) fail("can't be written");
    }

    ~TemporaryFile() {
        if (fd_ >= 0) close(fd_);
        if (!path_.empty()) unlink(path_.c_str());
    }

    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    void set_mode(mode_t mode) {
        if (fchmod(fd_, mode) != 0) fail("can't keep its permissions");
    }

    void write(std::string_view content) {
        while (!content.empty()) {
            const ssize_t written = ::write(fd_, content.data(), content.size());
            if (written < 0) {
                if (errno == EINTR) continue;
                fail("can't be written");
            }
            content.remove_prefix(static_cast<std::size_t>(written));
        }
        if (fsync(fd_) != 0) fail("can't be written");
    }

    void rename_onto_destination() {
        const int fd = fd_;
        fd_ = -1;
        if (close(fd) != 0) fail("can't be written");
        if (rename(path_.c_str(), destination_.c_str()) != 0) fail("can't be replaced");
        path_.clear();
    }

private:
    [[noreturn]] void fail(const char* what) {
        const int reason = errno;
        throw EnvironmentError(destination_.string() + ": " + what + " (" + std::strerror(reason) +
                               "); it is as it was");
    }

    fs::path destination_;
    std::string path_;
    int fd_ = -1;
};

/// The permission bits the file should have.
mode_t wanted_mode(const fs::path& path) {
    struct stat present = {};
    if (stat(path.c_str(), &present) == 0) return present.st_mode & 07777;
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

fs::path follow_link(const fs::path& path) {
    std::error_code error;
    if (!fs::is_symlink(path, error)) return path;
    const fs::path target = fs::weakly_canonical(path, error);
    return error ? path : target;
}

}  // namespace

void write_file_atomically(const fs::path& path, std::string_view content) {
    const fs::path destination = follow_link(path);
    std::error_code error;
    if (fs::is_directory(destination, error)) {
        throw EnvironmentError(path.string() + ": is a folder; name a file");
    }
    TemporaryFile file(destination);
    file.set_mode(wanted_mode(destination));
    file.write(content);
    file.rename_onto_destination();
}

}  // namespace onnxhub
