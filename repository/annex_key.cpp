// SPDX-License-Identifier: Apache-2.0
#include "repository/annex_key.h"

#include <algorithm>
#include <charconv>

namespace onnxhub {
namespace {

constexpr std::string_view pointer_start = "/annex/objects/";
constexpr std::string_view object_folder = ".git/annex/objects/";
constexpr std::string_view hash_alphabet = "0123456789zqjxkmvwgpfZQJXKMVWGPF";
constexpr std::size_t sha256_digits = 64;

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// The extension that SHA256E keeps: ".onnx", ".tar.gz".
bool is_extension(std::string_view text) {
    const auto is_allowed = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '.' || c == '_' || c == '-' || c == '%' || c == '&';
    };
    return text.empty() || (text.front() == '.' && std::ranges::all_of(text, is_allowed));
}

/// Reads the fields "-s4812", "-m1700000000" up to "--".
std::optional<std::uint64_t> take_size(std::string_view& text) {
    std::optional<std::uint64_t> size;
    while (!text.starts_with("--")) {
        if (text.size() < 3 || text[0] != '-') return std::nullopt;
        const char field = text[1];
        std::uint64_t number = 0;
        const char* begin = text.data() + 2;
        const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
        if (error != std::errc() || (field != 's' && field != 'm')) return std::nullopt;
        if (field == 's') size = number;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    }
    text.remove_prefix(2);
    return size;
}

std::string_view last_segment(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

/// The first word of the key's MD5 in git-annex's own base 32: "pX/ZJ".
std::string mixed_folders(const std::array<std::uint8_t, 16>& md5) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i) word |= std::uint32_t{md5[i]} << (8 * i);
    std::string letters;
    for (unsigned i = 0; i < 4; ++i) letters += hash_alphabet[(word >> (6 * i)) & 31];
    return {letters[1], letters[0], '/', letters[3], letters[2]};
}

/// The first digits of the key's MD5: "f87/4d5".
std::string lower_folders(const std::array<std::uint8_t, 16>& md5) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (std::size_t i = 0; i < 3; ++i) {
        hex += digits[md5[i] >> 4];
        hex += digits[md5[i] & 15];
    }
    return hex.substr(0, 3) + "/" + hex.substr(3);
}

}  // namespace

std::optional<AnnexKey> parse_annex_key(std::string_view key) {
    std::string_view rest = key;
    if (!take_prefix(rest, "SHA256")) return std::nullopt;
    const bool has_extension = take_prefix(rest, "E");
    const auto size = take_size(rest);
    const auto sha = parse_sha256(rest.substr(0, sha256_digits));
    if (!size || !sha) return std::nullopt;
    rest.remove_prefix(sha256_digits);
    if (has_extension ? !is_extension(rest) : !rest.empty()) return std::nullopt;
    return AnnexKey{std::string(key), *sha, *size};
}

std::optional<AnnexKey> annex_key_of_pointer(std::string_view content) {
    if (content.size() > annex_pointer_size_limit) return std::nullopt;
    std::string_view line = content.substr(0, content.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(pointer_start)) return parse_annex_key(last_segment(line));
    // The text of a symbolic link has one line.
    const bool is_link = line.size() + 2 >= content.size();
    return is_link && (line.starts_with("../") || line.starts_with(object_folder))
               ? annex_key_of_link(line)
               : std::nullopt;
}

std::optional<AnnexKey> annex_key_of_link(std::string_view target) {
    const std::size_t at = target.find(object_folder);
    const bool is_inside = at == 0 || (at != target.npos && target[at - 1] == '/');
    return is_inside ? parse_annex_key(last_segment(target)) : std::nullopt;
}

std::array<std::string, 2> annex_object_paths(const AnnexKey& key) {
    const auto md5 = md5_of(key.text);
    const std::string file = "/" + key.text + "/" + key.text;
    return {mixed_folders(md5) + file, lower_folders(md5) + file};
}

}  // namespace onnxhub
