// SPDX-License-Identifier: Apache-2.0
// One machine's share of a hub that several machines process together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace onnxhub {

/// A larger number of shards is probably a typing error.
inline constexpr std::uint32_t shard_count_limit = 100'000;

/// The shard of a path depends on the path alone, so it is the same on every machine and does not
/// change when other files come and go: the first eight bytes of the path's SHA-256, as a
/// big-endian number, modulo `count`.
struct Shard {
    std::uint32_t number = 1;  ///< from 1 to `count`
    std::uint32_t count = 1;

    bool has(std::string_view path) const;

    bool operator==(const Shard&) const = default;
};

/// Parses "3/7", the third of seven; nullopt when the text is not a shard.
std::optional<Shard> parse_shard(std::string_view text);

/// "3/7"
std::string to_text(const Shard& shard);

}  // namespace onnxhub
