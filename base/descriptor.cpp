// SPDX-License-Identifier: Apache-2.0
#include "base/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

namespace onnxhub {
namespace {

Descriptor open_retrying(const std::filesystem::path& path, int flags, mode_t permissions = 0) {
    int fd = -1;
    do {
        fd = ::open(path.c_str(), flags | O_CLOEXEC, permissions);
    } while (fd < 0 && errno == EINTR);
    return Descriptor(fd);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this == &other) return *this;
    close();
    fd_ = other.release();
    return *this;
}

bool Descriptor::close() {
    if (fd_ < 0) return true;
    const int before = errno;
    // After EINTR, Linux has closed the descriptor all the same (close(2)).
    const bool is_failed = ::close(release()) != 0 && errno != EINTR;
    if (!is_failed) errno = before;
    return !is_failed;
}

Descriptor Descriptor::duplicate() const {
    return Descriptor(fcntl(fd_, F_DUPFD_CLOEXEC, 0));
}

Descriptor open_to_read(const std::filesystem::path& path, LastLink last_link) {
    return open_retrying(path,
                         O_RDONLY | O_NONBLOCK | (last_link == LastLink::refuse ? O_NOFOLLOW : 0));
}

Descriptor open_to_write(const std::filesystem::path& path) {
    return open_retrying(path, O_WRONLY);
}

Descriptor open_to_update(const std::filesystem::path& path) {
    return open_retrying(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
}

Descriptor create_file(const std::filesystem::path& path, unsigned permissions) {
    return open_retrying(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, permissions);
}

Descriptor open_or_create_file(const std::filesystem::path& path, unsigned permissions) {
    return open_retrying(path, O_RDWR | O_CREAT | O_NOFOLLOW, permissions);
}

Descriptor open_folder(const std::filesystem::path& path) {
    return open_retrying(path, O_RDONLY | O_DIRECTORY);
}

bool write_all(const Descriptor& file, std::span<const std::byte> block) {
    while (!block.empty()) {
        const ssize_t written = ::write(file.get(), block.data(), block.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        block = block.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

bool write_all(const Descriptor& file, std::string_view text) {
    return write_all(file, std::as_bytes(std::span(text)));
}

std::optional<std::size_t> read_some(const Descriptor& file, std::span<std::byte> into) {
    for (;;) {
        const ssize_t count = ::read(file.get(), into.data(), into.size());
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EINTR) return std::nullopt;
    }
}

std::optional<std::size_t> read_all(const Descriptor& file, std::span<std::byte> into) {
    std::size_t done = 0;
    while (done < into.size()) {
        const auto count = read_some(file, into.subspan(done));
        if (!count) return std::nullopt;
        if (*count == 0) break;
        done += *count;
    }
    return done;
}

std::optional<std::size_t> read_all_at(const Descriptor& file, std::uint64_t offset,
                                       std::span<std::byte> into) {
    // Beyond the last offset the system knows, pread(2) would fail instead of finding the end.
    constexpr std::uint64_t last_offset = std::numeric_limits<off_t>::max();
    if (offset > last_offset || into.size() > last_offset - offset) return 0;
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t count = pread(file.get(), into.data() + done, into.size() - done,
                                    static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::nullopt;
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

bool flush_to_disk(const Descriptor& file) {
    return fsync(file.get()) == 0;
}

bool truncate_file(const Descriptor& file) {
    return ftruncate(file.get(), 0) == 0 && lseek(file.get(), 0, SEEK_SET) == 0;
}

}  // namespace onnxhub
