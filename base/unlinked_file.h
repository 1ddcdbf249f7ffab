// SPDX-License-Identifier: Apache-2.0
// Files without a name: what is too large for memory and goes with the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/descriptor.h"

namespace onnxhub {

/// Opens an empty file for reading and writing that has no name in any folder, so that its space is
/// free when the last descriptor is closed, also after a crash. It is made in $TMPDIR, else in
/// /var/tmp, else in /tmp. Throws UserError when none of them takes a file.
Descriptor open_unlinked_file();

/// Writes all of `block` at `offset` (bytes). Throws UserError, such as for a full disk.
void write_at(int fd, std::uint64_t offset, std::span<const std::byte> block);

/// Reads from `offset` (bytes) until `into` is full or the file ends. Returns the number of bytes.
/// Throws UserError when a read fails: an error is never taken for the end of the file.
std::size_t read_at(int fd, std::uint64_t offset, std::span<std::byte> into);

}  // namespace onnxhub
