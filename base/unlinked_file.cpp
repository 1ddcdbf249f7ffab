// SPDX-License-Identifier: Apache-2.0
#include "base/unlinked_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "base/error_text.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

/// mkostemp(3) and unlink(2), for file systems without O_TMPFILE.
Descriptor open_and_unlink(const std::string& folder) {
    std::string path = folder + "/onnxhub-XXXXXX";
    Descriptor file(mkostemp(path.data(), O_CLOEXEC));
    if (file.is_open()) unlink(path.c_str());
    return file;
}

}  // namespace

Descriptor open_unlinked_file() {
    const char* wanted = std::getenv("TMPDIR");
    for (const char* folder : {wanted, "/var/tmp", "/tmp"}) {
        if (!folder || *folder == '\0') continue;
        Descriptor file(open(folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600));
        if (!file.is_open()) file = open_and_unlink(folder);
        if (file.is_open()) return file;
    }
    throw UserError(std::string("temporary file: can't be created (") + error_text() +
                    "); set TMPDIR to a writable directory");
}

void write_at(const Descriptor& file, std::uint64_t offset, std::span<const std::byte> block) {
    while (!block.empty()) {
        const ssize_t count =
            pwrite(file.get(), block.data(), block.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            throw UserError(std::string("temporary file: can't be written (") + error_text() +
                            "); set TMPDIR to another directory");
        }
        block = block.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
}

std::size_t read_at(const Descriptor& file, std::uint64_t offset, std::span<std::byte> into) {
    if (const auto count = read_all_at(file, offset, into)) return *count;
    throw UserError(std::string("a file can't be read (") + error_text() +
                    "); check its permissions and the disk");
}

}  // namespace onnxhub
