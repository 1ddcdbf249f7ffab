// SPDX-License-Identifier: Apache-2.0
#include "base/atomic_file.h"

#include <cerrno>
#include <string>
#include <system_error>

#include "base/descriptor.h"
#include "base/error_text.h"
#include "base/file_status.h"
#include "base/new_file.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& what, int reason) {
    throw UserError(path.string() + ": " + what + " (" + error_text(reason) +
                    "); the file is unchanged");
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
    const Descriptor file = open_to_write(path);
    if (!file.is_open() || !write_all(file, content)) fail(path, "can't be written", errno);
}

}  // namespace

void write_file_atomically(const fs::path& path, std::string_view content) {
    const auto present = status_of(path);
    if (present && present->is_folder()) {
        throw UserError(path.string() + ": is a directory; name a file");
    }
    if (present && !present->is_regular()) return write_in_place(path, content);

    NewFile file(follow_links(path));
    if (present) file.set_permissions(present->permissions);
    file.write(content);
    file.flush();
    file.rename_onto_destination();
}

}  // namespace onnxhub
