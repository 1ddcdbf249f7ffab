// SPDX-License-Identifier: Apache-2.0
// The one form a bundle has: a tar archive (POSIX.1-2001, ustar and pax) in which every byte but
// those of the files follows from their paths and sizes. So any other byte is a change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace onnxhub {

inline constexpr std::size_t bundle_block = 512;  // bytes: headers and files begin at multiples
inline constexpr std::size_t bundle_end = 2 * bundle_block;  // zero bytes after the last file

/// What stands before a file's bytes: one block, or three and more where path or size need pax.
std::string bundle_header(std::string_view path, std::uint64_t size_bytes);

/// Zero bytes after a file of this size.
std::size_t bundle_padding(std::uint64_t size_bytes);

/// The size that a header of one block tells, if it has one where ustar has it.
std::optional<std::uint64_t> size_in_header(std::string_view block);

/// "gzip" and the like where a file begins as such a one does.
std::optional<std::string> compression_of(std::string_view begin);

}  // namespace onnxhub
