// SPDX-License-Identifier: Apache-2.0
// An open file of the operating system. Functions that fail return what their comment says and
// leave the reason in errno (error_text() gives its text).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace onnxhub {

/// Owns a descriptor and closes it. Child processes do not inherit the descriptors that the
/// functions of base/ open.
class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    ~Descriptor() { close(); }
    Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;

    bool is_open() const { return fd_ >= 0; }
    int get() const { return fd_; }  ///< -1 when it is not open

    /// The caller closes the result.
    int release() { return std::exchange(fd_, -1); }

    /// Closes it now. Returns whether no delayed write failed. Keeps errno unless one did.
    bool close();

    /// Another descriptor of the same open file; not open on failure.
    Descriptor duplicate() const;

private:
    int fd_;
};

/// What opening does when the path itself is a symbolic link.
enum class LastLink { follow, refuse };

// Each of these returns a descriptor that is not open when it fails.

/// Opens for reading. Never waits, not even for the writer of a FIFO.
Descriptor open_to_read(const std::filesystem::path& path, LastLink last_link = LastLink::follow);
/// Opens an existing file, device or pipe for writing, and keeps its content.
Descriptor open_to_write(const std::filesystem::path& path);
/// Opens an existing file for reading and writing. Refuses a symbolic link and never waits.
Descriptor open_to_update(const std::filesystem::path& path);
/// Creates a file for reading and writing; fails with EEXIST when the path exists, even as a link.
/// The system clears the bits of the umask in `permissions`.
Descriptor create_file(const std::filesystem::path& path, unsigned permissions = 0666);
/// Opens or creates a file for reading and writing. Refuses a symbolic link.
Descriptor open_or_create_file(const std::filesystem::path& path, unsigned permissions = 0666);
Descriptor open_folder(const std::filesystem::path& path);

/// Writes all of it at the current position. Returns false on failure.
bool write_all(const Descriptor& file, std::span<const std::byte> block);
bool write_all(const Descriptor& file, std::string_view text);

/// Reads at the current position: 0 at the end, else at least one byte; nothing on failure.
std::optional<std::size_t> read_some(const Descriptor& file, std::span<std::byte> into);

/// Fills `into` from the current position. The result is smaller only at the end of the file;
/// nothing on failure.
std::optional<std::size_t> read_all(const Descriptor& file, std::span<std::byte> into);

/// The same from `offset` (bytes), without moving the position. Thread-safe.
std::optional<std::size_t> read_all_at(const Descriptor& file, std::uint64_t offset,
                                       std::span<std::byte> into);

/// Waits until the data is on the disk. Returns false on failure.
bool flush_to_disk(const Descriptor& file);

/// Removes the content and returns to the start. Returns false on failure.
bool truncate_file(const Descriptor& file);

}  // namespace onnxhub
