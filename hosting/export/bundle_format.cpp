// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/bundle_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace onnxhub {
namespace {

constexpr std::size_t longest_name = 100;                             // bytes
constexpr std::uint64_t largest_size = (std::uint64_t{1} << 33) - 1;  // 11 octal digits
constexpr std::size_t size_at = 124, checksum_at = 148, size_digits = 11;

std::string ustar_block(std::string_view name, std::uint64_t size_bytes, char type) {
    std::string block(bundle_block, '\0');
    const auto put = [&](std::size_t at, std::string_view text) {
        std::copy(text.begin(), text.end(), block.begin() + static_cast<std::ptrdiff_t>(at));
    };
    put(0, name.substr(0, longest_name));
    put(100, "000644 ");
    put(108, "000000 ");  // user and group
    put(116, "000000 ");
    put(size_at, fmt::format("{:011o} ", size_bytes > largest_size ? 0 : size_bytes));
    put(136, "00000000000 ");  // time
    put(checksum_at, "        ");
    block[156] = type;
    put(257, std::string_view("ustar\0"
                              "00",
                              8));
    put(329, "000000 ");  // device
    put(337, "000000 ");
    const unsigned sum = std::accumulate(block.begin(), block.end(), 0U, [](unsigned all, char c) {
        return all + static_cast<unsigned char>(c);
    });
    put(checksum_at, fmt::format("{:06o}", sum));
    block[checksum_at + 6] = '\0';
    return block;
}

/// "<length> key=value\n". The length includes its own digits.
std::string pax_record(std::string_view key, std::string_view value) {
    const std::size_t rest = key.size() + value.size() + 3;
    std::size_t length = rest + 1;
    while (rest + fmt::formatted_size("{}", length) != length) ++length;
    return fmt::format("{} {}={}\n", length, key, value);
}

}  // namespace

std::string bundle_header(std::string_view path, std::uint64_t size_bytes) {
    std::string records;
    const bool is_plain = std::all_of(path.begin(), path.end(), [](char c) { return c > 0; });
    if (path.size() > longest_name || !is_plain) records += pax_record("path", path);
    if (size_bytes > largest_size) records += pax_record("size", std::to_string(size_bytes));
    std::string header;
    if (!records.empty()) {
        header = ustar_block("PaxHeader", records.size(), 'x') + records;
        header.append(bundle_padding(records.size()), '\0');
    }
    return header + ustar_block(path, size_bytes, '0');
}

std::size_t bundle_padding(std::uint64_t size_bytes) {
    return (bundle_block - size_bytes % bundle_block) % bundle_block;
}

std::optional<std::uint64_t> size_in_header(std::string_view block) {
    if (block.size() < bundle_block) return std::nullopt;
    std::uint64_t size = 0;
    for (const char digit : block.substr(size_at, size_digits)) {
        if (digit < '0' || digit > '7') return std::nullopt;
        size = size * 8 + static_cast<unsigned>(digit - '0');
    }
    return size;
}

std::optional<std::string> compression_of(std::string_view begin) {
    constexpr std::pair<std::string_view, const char*> kinds[] = {
        {"\x1f\x8b", "gzip"},
        {"BZh", "bzip2"},
        {"\xfd"
         "7zXZ",
         "xz"},
        {"\x28\xb5\x2f\xfd", "zstd"},
    };
    for (const auto& [magic, name] : kinds) {
        if (begin.starts_with(magic)) return name;
    }
    return std::nullopt;
}

}  // namespace onnxhub
