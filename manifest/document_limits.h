// SPDX-License-Identifier: Apache-2.0
// How many values and entries a document of a certain size may have: what keeps the memory that it
// takes in proportion to its bytes, however it is made.
#pragma once

#include <cstddef>

namespace onnxhub {

/// A document with more values than json_few_values needs this many bytes of text for each: a value
/// takes some 60 bytes of memory, so that a document takes about ten times its size. Manifests have
/// 20 bytes for each value, 9 when written without spaces.
inline constexpr std::size_t json_bytes_of_value = 6;
inline constexpr std::size_t json_few_values = 250'000;

/// The most values of a document of this many bytes.
std::size_t json_value_limit_of(std::size_t text_size);

/// A document with more entries than manifest_few_entries needs this many bytes of text for each.
/// That is less than the shortest entry that can be used has, and keeps lists of millions of empty
/// objects from filling memory: an entry takes some 600 bytes before anything is in it.
inline constexpr std::size_t manifest_bytes_of_entry = 64;
inline constexpr std::size_t manifest_few_entries = 20'000;

}  // namespace onnxhub
