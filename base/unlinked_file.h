// SPDX-License-Identifier: Apache-2.0
// Temporary files without a name, for data that is too large for memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/byte_source.h"
#include "base/descriptor.h"

namespace onnxhub {

/// Opens an empty file without a name for reading and writing. The system frees its space when the
/// last descriptor is closed, also after a crash. It is created in $TMPDIR, else in /var/tmp, else
/// in /tmp. Throws UserError when all of them fail.
Descriptor open_unlinked_file();

/// Writes all of `block` at `offset` (bytes). Throws UserError, such as for a full disk.
void write_at(const Descriptor& file, std::uint64_t offset, std::span<const std::byte> block);

/// Reads from `offset` (bytes) until `into` is full or the file ends. Returns the number of bytes.
/// Throws UserError when a read fails.
std::size_t read_at(const Descriptor& file, std::uint64_t offset, std::span<std::byte> into);

/// The first `size_bytes` bytes of the file, which it keeps open.
std::unique_ptr<ByteSource> unlinked_source(Descriptor file, std::uint64_t size_bytes);

}  // namespace onnxhub
