// SPDX-License-Identifier: Apache-2.0
// Limits of reading a graph by ranges.
#pragma once

#include <chrono>
#include <cstdint>

namespace onnxhub {

/// Files up to this size are read whole, and hashed.
inline constexpr std::uint64_t small_file_bytes = 64 * 1024;

/// Of one model. What needs more is reported and not read.
inline constexpr std::uint64_t range_byte_limit = std::uint64_t{4} << 20;
inline constexpr unsigned range_request_limit = 2000;

/// To one host and port with HTTP/1.1.
inline constexpr unsigned connections_per_host = 8;

/// Of one model. A server that is slower is left.
inline constexpr std::chrono::minutes range_time_limit{10};

}  // namespace onnxhub
