// SPDX-License-Identifier: Apache-2.0
// Random access to the bytes of one file: on disk, in git's object database or in memory. A model
// may be larger than memory, so readers ask for the parts they need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/digest.h"

namespace onnxhub {

class ByteSource {
public:
    virtual ~ByteSource() = default;

    virtual std::uint64_t size_bytes() const = 0;

    /// Fills `into` with the bytes from `offset` on and returns how many there were: fewer than
    /// asked for only at the end of the source. Thread-safe. Throws UserError when the file
    /// can't be read.
    virtual std::size_t read(std::uint64_t offset, std::span<std::byte> into) const = 0;
};

/// A regular file, read with pread(2). If the file shrinks meanwhile, a read is short; a mapping
/// would raise SIGBUS. Throws UserError when it can't be opened or is not a regular file. Never
/// blocks on a FIFO. Messages name the file `shown_name`.
std::unique_ptr<ByteSource> open_file(const std::filesystem::path& path,
                                      const std::string& shown_name,
                                      LastLink last_link = LastLink::follow);

/// Bytes that are in memory already.
std::unique_ptr<ByteSource> memory_source(std::string content);
/// The same, not copied: `content` must outlive the source.
std::unique_ptr<ByteSource> view_source(std::string_view content);

/// The whole content, for small files. Throws UserError when it is longer than `limit_bytes`. The
/// message names the file `shown_name`.
std::string read_whole(const ByteSource& source, std::uint64_t limit_bytes,
                       const std::string& shown_name);

/// The whole content of a regular file on the disk. Throws UserError as open_file() and
/// read_whole() do; without `shown_name`, messages name the path.
std::string read_file(const std::filesystem::path& path, std::uint64_t limit_bytes,
                      const std::string& shown_name);
std::string read_file(const std::filesystem::path& path, std::uint64_t limit_bytes);
/// Nothing instead of an exception.
std::optional<std::string> read_file_if_possible(const std::filesystem::path& path,
                                                 std::uint64_t limit_bytes);

/// Whether `text` is the whole content. Reads it in blocks.
bool has_content(const ByteSource& source, std::string_view text);

/// SHA-256 of the whole content. `check_interruption` is called between blocks.
Sha256 sha256_of(const ByteSource& source, const std::function<void()>& check_interruption);

}  // namespace onnxhub
