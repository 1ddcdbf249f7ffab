// SPDX-License-Identifier: Apache-2.0
#include "base/unlinked_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

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

class UnlinkedSource : public ByteSource {
public:
    UnlinkedSource(Descriptor file, std::uint64_t size_bytes)
        : file_(std::move(file)), size_bytes_(size_bytes) {}

    std::uint64_t size_bytes() const override { return size_bytes_; }

    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        if (offset >= size_bytes_) return 0;
        const std::uint64_t left = size_bytes_ - offset;
        if (into.size() > left) into = into.first(static_cast<std::size_t>(left));
        return read_at(file_, offset, into);
    }

private:
    Descriptor file_;
    std::uint64_t size_bytes_;
};

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

std::unique_ptr<ByteSource> unlinked_source(Descriptor file, std::uint64_t size_bytes) {
    return std::make_unique<UnlinkedSource>(std::move(file), size_bytes);
}

}  // namespace onnxhub
