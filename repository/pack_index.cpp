// SPDX-License-Identifier: Apache-2.0
#include "repository/pack_index.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "base/user_error.h"

namespace onnxhub {
namespace {

constexpr std::string_view magic_and_version{"\377tOc\0\0\0\2", 8};
constexpr std::uint64_t fanout_begin = 8;
constexpr std::uint64_t ids_begin = fanout_begin + 256 * 4;
constexpr std::uint64_t id_bytes = 20;
constexpr std::uint64_t bytes_of_object = id_bytes + 4 + 4;  // id, CRC-32, offset
constexpr std::uint64_t trailer_bytes = 2 * 20;              // checksums of pack and index
constexpr std::uint32_t is_large_offset = 0x8000'0000;
constexpr std::uint64_t ids_at_once = 128;
constexpr int probe_limit = 64;  // more than a search by halves in 2^32 objects needs

std::uint32_t read_u32(const std::byte* bytes) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(bytes[i]);
    return value;
}

bool read_exactly(const ByteSource& source, std::uint64_t offset, std::span<std::byte> into) {
    return source.read(offset, into) == into.size();
}

/// Where to look first among `count` ids with the same first byte: ids are evenly distributed.
std::uint64_t expected_position(const BlobId& id, std::uint64_t count) {
    const std::uint32_t next_bytes = std::uint32_t{id.bytes[1]} << 16 |
                                     std::uint32_t{id.bytes[2]} << 8 | std::uint32_t{id.bytes[3]};
    return count * next_bytes >> 24;
}

}  // namespace

std::unique_ptr<const PackIndex> PackIndex::open(const std::filesystem::path& path) try {
    auto source = open_file(path, path.string());
    std::array<std::byte, ids_begin> head{};
    if (!read_exactly(*source, 0, head)) return nullptr;
    if (std::memcmp(head.data(), magic_and_version.data(), magic_and_version.size()) != 0) {
        return nullptr;
    }
    Fanout fanout{};
    for (std::size_t i = 0; i < fanout.size(); ++i) {
        fanout[i] = read_u32(&head[fanout_begin + i * 4]);
    }
    const std::uint64_t least = ids_begin + fanout.back() * bytes_of_object + trailer_bytes;
    if (!std::ranges::is_sorted(fanout) || source->size_bytes() < least) return nullptr;
    return std::unique_ptr<const PackIndex>(new PackIndex(std::move(source), fanout));
} catch (const UserError&) {
    return nullptr;
}

std::optional<std::uint64_t> PackIndex::offset_of(const BlobId& id) const {
    const std::uint8_t first_byte = id.bytes[0];
    std::uint64_t begin = first_byte == 0 ? 0 : fanout_[first_byte - 1U];
    std::uint64_t end = fanout_[first_byte];
    std::uint64_t middle = begin + expected_position(id, end - begin);
    std::array<std::byte, ids_at_once * id_bytes> ids;
    for (int probe = 0; begin < end && probe < probe_limit; ++probe) {
        // A window of ids around the middle.
        const std::uint64_t first = std::max(begin, middle - std::min(middle, ids_at_once / 2));
        const std::uint64_t count = std::min(ids_at_once, end - first);
        const std::span window(ids.data(), count * id_bytes);
        if (!read_exactly(*source_, ids_begin + first * id_bytes, window)) return std::nullopt;
        const auto order_of = [&](std::uint64_t i) {
            return std::memcmp(&ids[i * id_bytes], id.bytes.data(), id_bytes);
        };
        if (order_of(0) > 0) {
            end = first;
        } else if (order_of(count - 1) < 0) {
            begin = first + count;
        } else {
            std::uint64_t low = 0;
            for (std::uint64_t high = count; low + 1 < high;) {
                const std::uint64_t half = (low + high) / 2;
                (order_of(half) <= 0 ? low : high) = half;
            }
            return order_of(low) == 0 ? offset_at(first + low) : std::nullopt;
        }
        middle = begin + (end - begin) / 2;
    }
    return std::nullopt;
}

std::optional<std::uint64_t> PackIndex::offset_at(std::uint64_t position) const {
    const std::uint64_t offsets_begin = ids_begin + count() * (id_bytes + 4);
    std::array<std::byte, 8> bytes{};
    const std::span small(bytes.data(), 4);
    if (!read_exactly(*source_, offsets_begin + position * 4, small)) return std::nullopt;
    const std::uint32_t offset = read_u32(bytes.data());
    if ((offset & is_large_offset) == 0) return offset;
    // The position in the table of offsets of 64 bits.
    const std::uint64_t large = offset & ~is_large_offset;
    const std::uint64_t large_begin = offsets_begin + count() * 4;
    if (!read_exactly(*source_, large_begin + large * 8, bytes)) return std::nullopt;
    return std::uint64_t{read_u32(bytes.data())} << 32 | read_u32(&bytes[4]);
}

}  // namespace onnxhub
