// SPDX-License-Identifier: Apache-2.0
// The bytes of an archive, wherever they are stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace onnxhub {

/// Fills `into` with the archive's bytes from `offset` on. Returns the number of bytes read, which
/// is smaller than the size of `into` only at the end of the archive.
using BlockReader = std::function<std::size_t(std::uint64_t offset, std::span<std::byte> into)>;

}  // namespace onnxhub
