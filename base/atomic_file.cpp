// SPDX-License-Identifier: Apache-2.0
#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

#include "base/environment_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& what, int reason) {
    throw EnvironmentError(path.string() + ": " + what + " (" +
                           std::generic_category().message(reason) + "); it is as it was");
}

void write_all(int fd, std::string_view content, const fs::path& destination) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0) {
            if (errno == EINTR) continue;
            fail(destination, "can't be written", errno);
        }
        content.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// A file beside its destination that goes away unless it is renamed onto it.
class TemporaryFile {
public:
    explicit TemporaryFile(const fs::path& destination) : destination_(destination) {
        // Not mkstemp(): with open() the system takes the umask off, which can't be read without
        // changing it for other threads too. Names are tried until one is free, since a killed
        // process may have left one behind.
        do {
            path_ = destination.parent_path() / next_name();
            fd_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        } while (fd_ < 0 && (errno == EEXIST || errno == EINTR));
        if (fd_ < 0) fail(destination_, "can't be written", errno);
    }

    ~TemporaryFile() {
        if (fd_ >= 0) close(fd_);
        if (!path_.empty()) unlink(path_.c_str());
    }

    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    void set_permissions(mode_t wanted) {
        struct stat present = {};
        if (fstat(fd_, &present) == 0 && (present.st_mode & 07777) == wanted) return;
        if (fchmod(fd_, wanted) != 0) fail(destination_, "can't keep its permissions", errno);
    }

    void write(std::string_view content) {
        write_all(fd_, content, destination_);
        if (fsync(fd_) != 0) fail(destination_, "can't be written", errno);
    }

    void rename_onto_destination() {
        const int fd = fd_;
        fd_ = -1;
        if (close(fd) != 0) fail(destination_, "can't be written", errno);
        if (rename(path_.c_str(), destination_.c_str()) != 0) {
            fail(destination_, "can't be replaced", errno);
        }
        path_.clear();
    }

private:
    static std::string next_name() {
        static std::atomic<unsigned> count{0};
        return ".onnxhub-" + std::to_string(getpid()) + "-" + std::to_string(count++) + ".tmp";
    }

    fs::path destination_;
    fs::path path_;
    int fd_ = -1;
};

/// Where a chain of symbolic links ends, whether or not there is a file.
fs::path follow_links(const fs::path& path) {
    constexpr int link_limit = 40;  // as in Linux, path_resolution(7)
    fs::path destination = path;
    std::error_code error;
    for (int i = 0; fs::is_symlink(fs::symlink_status(destination, error)); ++i) {
        if (i == link_limit) fail(path, "can't be written", ELOOP);
        const fs::path target = fs::read_symlink(destination, error);
        if (error) fail(path, "can't be written", error.value());
        destination = destination.parent_path() / target;
    }
    return destination;
}

/// Devices and pipes have no old content to keep; a file renamed onto one would take its place.
void write_in_place(const fs::path& path, std::string_view content) {
    const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) fail(path, "can't be written", errno);
    struct CloseAtEnd {
        int fd;
        ~CloseAtEnd() { close(fd); }
    } const close_at_end{fd};
    write_all(fd, content, path);
}

}  // namespace

void write_file_atomically(const fs::path& path, std::string_view content) {
    struct stat present = {};
    const bool exists = stat(path.c_str(), &present) == 0;
    if (exists && S_ISDIR(present.st_mode)) {
        throw EnvironmentError(path.string() + ": is a folder; name a file");
    }
    if (exists && !S_ISREG(present.st_mode)) return write_in_place(path, content);

    TemporaryFile file(follow_links(path));
    if (exists) file.set_permissions(present.st_mode & 07777);
    file.write(content);
    file.rename_onto_destination();
}

void copy_file_atomically(const std::filesystem::path& from, const std::filesystem::path& to) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (to.has_parent_path()) fs::create_directories(to.parent_path(), error);
    const fs::path beside =
        to.parent_path() / ("." + to.filename().string() + "." + std::to_string(getpid()));
    fs::copy_file(from, beside, fs::copy_options::overwrite_existing, error);
    if (!error) fs::rename(beside, to, error);
    if (!error) return;
    std::error_code ignored;
    fs::remove(beside, ignored);
    throw EnvironmentError(to.string() + ": can't be written (" + error.message() +
                           "); make room, or look at the folder's permissions");
}

}  // namespace onnxhub
