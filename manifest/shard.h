// SPDX-License-Identifier: Apache-2.0
// One machine's share of a hub that several machines look at together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace onnxhub {

/// More shards than these are a slip of the pen.
inline constexpr std::uint32_t shard_count_limit = 100'000;

/// Which share a path is in follows from the path alone, so that it is the same on every machine
/// and stays the same when other files come and go: the first eight bytes of its SHA-256, as a
/// big-endian number, modulo `count`.
struct Shard {
    std::uint32_t number = 1;  ///< from 1 to `count`
    std::uint32_t count = 1;

    bool has(std::string_view path) const;

    bool operator==(const Shard&) const = default;
};

/// "3/7" is the third of seven; nothing when the text is no such thing.
std::optional<Shard> parse_shard(std::string_view text);

/// "3/7"
std::string to_text(const Shard& shard);

}  // namespace onnxhub
