// SPDX-License-Identifier: Apache-2.0
// The format of bundles: a tar archive (POSIX.1-2001, ustar and pax) in which all bytes outside of
// the files are determined by their paths and sizes. So any altered byte is detected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace onnxhub {

inline constexpr std::size_t bundle_block = 512;  // bytes: headers and files begin at multiples
inline constexpr std::size_t bundle_end = 2 * bundle_block;  // zero bytes after the last file

/// The header of a file: one block, or three and more when path or size need pax.
std::string bundle_header(std::string_view path, std::uint64_t size_bytes);

/// Number of zero bytes after a file of this size.
std::size_t bundle_padding(std::uint64_t size_bytes);

/// The size in a header of one block; nullopt if it is not a ustar size.
std::optional<std::uint64_t> size_in_header(std::string_view block);

/// The compression format, such as "gzip", if `begin` is the start of a compressed file.
std::optional<std::string> compression_of(std::string_view begin);

}  // namespace onnxhub
