// SPDX-License-Identifier: Apache-2.0
// Limits on the number of values and entries of a document, by its size. They keep memory in
// proportion to the size of the text, also for hostile documents.
#pragma once

#include <cstddef>

namespace onnxhub {

/// A document with more values than json_few_values needs this many bytes of text per value. A
/// value takes about 60 bytes of memory, so a document takes about ten times its size. Manifests
/// have 20 bytes per value, 9 when written without spaces.
inline constexpr std::size_t json_bytes_of_value = 6;
inline constexpr std::size_t json_few_values = 250'000;

/// The maximum number of values in a document of `text_size` bytes.
std::size_t json_value_limit_of(std::size_t text_size);

/// A document with more entries than manifest_few_entries needs this many bytes of text per entry.
/// The shortest valid entry is longer than this. The limit stops lists of millions of empty objects
/// from filling memory: even an empty entry takes about 600 bytes.
inline constexpr std::size_t manifest_bytes_of_entry = 64;
inline constexpr std::size_t manifest_few_entries = 20'000;

}  // namespace onnxhub
