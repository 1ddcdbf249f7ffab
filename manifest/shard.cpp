// SPDX-License-Identifier: Apache-2.0
#include "manifest/shard.h"

#include <cstddef>

#include "base/decimal.h"
#include "base/digest.h"

namespace onnxhub {

bool Shard::has(std::string_view path) const {
    if (count == 1) return true;
    const Sha256 digest = sha256_of(path);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | digest.bytes[i];
    return value % count == number - 1;
}

std::optional<Shard> parse_shard(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == text.npos) return std::nullopt;
    const auto number = parse_decimal<std::uint32_t>(text.substr(0, slash));
    const auto count = parse_decimal<std::uint32_t>(text.substr(slash + 1));
    if (!number || !count || *number < 1 || *number > *count || *count > shard_count_limit) {
        return std::nullopt;
    }
    return Shard{*number, *count};
}

std::string to_text(const Shard& shard) {
    return std::to_string(shard.number) + "/" + std::to_string(shard.count);
}

}  // namespace onnxhub
