// SPDX-License-Identifier: Apache-2.0
#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "base/new_file.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& what, int reason) {
    throw UserError(path.string() + ": " + what + " (" + std::generic_category().message(reason) +
                    "); it is as it was");
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
        throw UserError(path.string() + ": is a directory; name a file");
    }
    if (exists && !S_ISREG(present.st_mode)) return write_in_place(path, content);

    NewFile file(follow_links(path));
    if (exists) file.set_permissions(present.st_mode & 07777);
    file.write(content);
    file.flush();
    file.rename_onto_destination();
}

}  // namespace onnxhub
