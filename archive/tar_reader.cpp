// SPDX-License-Identifier: Apache-2.0
#include "archive/tar_reader.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include "archive/inflated_archive.h"

namespace onnxhub {
namespace {

/// A header field (POSIX.1-2017, pax, "ustar Interchange Format").
struct Field {
    std::size_t offset;
    std::size_t length;
};
constexpr Field name_field{0, 100};
constexpr Field size_field{124, 12};
constexpr Field checksum_field{148, 8};
constexpr std::size_t type_offset = 156;
constexpr Field magic_field{257, 6};
constexpr Field prefix_field{345, 155};

template <class Block>
std::string_view field(const Block& block, Field field) {
    return {block.data() + field.offset, field.length};
}

std::string_view up_to_nul(std::string_view text) {
    return text.substr(0, std::min(text.find('\0'), text.size()));
}

/// Octal digits between blanks, or GNU's base 256 after a byte 0x80.
std::optional<std::uint64_t> number_in(std::string_view text) {
    constexpr std::uint64_t limit = std::uint64_t{1} << 62;
    std::uint64_t number = 0;
    if (text.front() == '\x80') {
        for (const char c : text.substr(1)) {
            if (number >= limit / 256) return std::nullopt;
            number = number * 256 + static_cast<unsigned char>(c);
        }
        return number;
    }
    constexpr std::string_view blanks(" \0", 2);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::string_view digits =
        text.substr(0, std::min(text.find_first_not_of("01234567"), text.size()));
    text.remove_prefix(digits.size());
    if (text.find_first_not_of(blanks) != text.npos) return std::nullopt;
    for (const char c : digits) number = number * 8 + static_cast<std::uint64_t>(c - '0');
    return number;  // at most twelve digits
}

/// The checksum is the sum of all bytes, with its own field counted as blanks. Some old writers
/// summed signed bytes.
template <class Block>
bool has_right_checksum(Block block) {
    const auto stated = number_in(field(block, checksum_field));
    std::fill_n(block.begin() + checksum_field.offset, checksum_field.length, ' ');
    const auto add_unsigned = [](std::uint64_t sum, char c) {
        return sum + static_cast<unsigned char>(c);
    };
    const auto add_signed = [](std::int64_t sum, char c) {
        return sum + static_cast<signed char>(c);
    };
    const auto sum = std::accumulate(block.begin(), block.end(), std::uint64_t{0}, add_unsigned);
    const auto other = std::accumulate(block.begin(), block.end(), std::int64_t{0}, add_signed);
    return stated == sum || (other >= 0 && stated == static_cast<std::uint64_t>(other));
}

/// A sequence of "<length> <key>=<value>\n".
class PaxReader {
public:
    explicit PaxReader(std::string_view records) : rest_(records) {}

    struct Record {
        std::string_view key;
        std::string_view value;
    };

    std::optional<Record> next() {
        if (rest_.empty()) return std::nullopt;
        std::size_t length = 0;
        const auto [end, error] =
            std::from_chars(rest_.data(), rest_.data() + rest_.size(), length);
        const auto digits = static_cast<std::size_t>(end - rest_.data());
        const bool is_whole = error == std::errc() && length <= rest_.size() &&
                              length >= digits + 2 && *end == ' ' && rest_[length - 1] == '\n';
        if (!is_whole) throw DamagedArchive("has a damaged pax header");
        const std::string_view body = rest_.substr(digits + 1, length - digits - 2);
        rest_.remove_prefix(length);
        const std::size_t equals = body.find('=');
        if (equals == body.npos) throw DamagedArchive("has a damaged pax header");
        return Record{body.substr(0, equals), body.substr(equals + 1)};
    }

private:
    std::string_view rest_;
};

std::uint64_t decimal(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw DamagedArchive("has a damaged pax header");
    }
    return number;
}

TarMember::Kind kind_of(char type) {
    using Kind = TarMember::Kind;
    switch (type) {
        case '0':
        case '\0':
        case '7':
            return Kind::file;
        case '1':
            return Kind::hard_link;
        case '2':
            return Kind::symbolic_link;
        case '3':
        case '4':
            return Kind::device;
        case '5':
            return Kind::folder;
        case '6':
            return Kind::fifo;
        case 'S':
            return Kind::sparse;
        default:
            return Kind::other;
    }
}

/// The name in the header itself. Only ustar has a prefix; GNU uses these bytes for other fields.
template <class Block>
std::string short_name(const Block& block) {
    const std::string name(up_to_nul(field(block, name_field)));
    const bool is_ustar = field(block, magic_field) == std::string_view("ustar\0", 6);
    const std::string_view prefix = up_to_nul(field(block, prefix_field));
    return is_ustar && !prefix.empty() ? std::string(prefix) + "/" + name : name;
}

}  // namespace

std::optional<TarMember> TarReader::next() {
    Extension extension;
    Block block;
    for (bool is_extended = false;; is_extended = true) {
        skip_content();
        const bool is_over =
            !read_block(block) || std::ranges::all_of(block, [](char c) { return c == '\0'; });
        if (is_over && is_extended) throw DamagedArchive("ends too early");
        if (is_over) return std::nullopt;
        const auto size = number_in(field(block, size_field));
        if (!has_right_checksum(block) || !size) {
            throw DamagedArchive(is_first_ ? "is not a tar archive" : "has a damaged header");
        }
        is_first_ = false;
        const char type = block[type_offset];
        begin_content(*size);
        if (type == 'x' || type == 'X') {
            take_records(read_extension(), extension);
        } else if (type == 'g') {
            refuse_global_records(read_extension());
        } else if (type == 'L') {
            std::string name = read_extension();
            while (name.ends_with('\0')) name.pop_back();
            extension.long_name = std::move(name);
        } else if (type != 'K' && type != 'V') {  // a long link target, a volume label
            return member_of(block, extension);
        }
    }
}

void TarReader::take_records(const std::string& records, Extension& extension) {
    PaxReader reader(records);
    while (const auto record = reader.next()) {
        const auto& [key, value] = *record;
        if (key == "path") extension.path = std::string(value);
        if (key == "size") extension.size_bytes = decimal(value);
        if (key.starts_with("GNU.sparse.") || key == "SCHILY.realsize") extension.is_sparse = true;
    }
}

/// Global records may hold a comment. A global path or size makes no sense, so it is rejected.
void TarReader::refuse_global_records(const std::string& records) {
    PaxReader reader(records);
    while (const auto record = reader.next()) {
        const std::string_view key = record->key;
        if (key == "path" || key == "size" || key.starts_with("GNU.sparse.")) {
            throw DamagedArchive("has a global pax header with " + std::string(key));
        }
    }
}

TarMember TarReader::member_of(const Block& block, const Extension& extension) {
    TarMember member;
    member.kind = kind_of(block[type_offset]);
    member.path = extension.path        ? *extension.path
                  : extension.long_name ? *extension.long_name
                                        : short_name(block);
    using Kind = TarMember::Kind;
    // V7 marks folders in this way.
    if (member.kind == Kind::file && member.path.ends_with('/')) member.kind = Kind::folder;
    if (extension.is_sparse) member.kind = Kind::sparse;
    if (member.kind != Kind::file && member.kind != Kind::other) {
        begin_content(0);  // links and folders have no content, even if the header gives a size
    } else if (extension.size_bytes) {
        begin_content(*extension.size_bytes);
    }
    member.size_bytes = content_;
    return member;
}

std::size_t TarReader::read(std::span<std::byte> into) {
    into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), content_)));
    if (source_(into) != into.size()) throw DamagedArchive("ends too early");
    content_ -= into.size();
    return into.size();
}

void TarReader::begin_content(std::uint64_t size_bytes) {
    content_ = size_bytes;
    padding_ = (block_size - size_bytes % block_size) % block_size;
}

void TarReader::skip_content() {
    std::array<std::byte, 16 * 1024> block;
    while (read(block) > 0) {
    }
    content_ = std::exchange(padding_, 0);
    while (read(block) > 0) {
    }
}

std::string TarReader::read_extension() {
    if (content_ > tar_extension_limit) {
        throw DamagedArchive("has an extended header of over " +
                             std::to_string(tar_extension_limit) + " bytes");
    }
    std::string text(static_cast<std::size_t>(content_), '\0');
    read(std::as_writable_bytes(std::span(text)));
    return text;
}

/// Returns whether there is another block.
bool TarReader::read_block(Block& block) {
    const std::size_t count = source_(std::as_writable_bytes(std::span(block)));
    if (count > 0 && count < block_size) {
        throw DamagedArchive(is_first_ ? "is not a tar archive" : "ends too early");
    }
    return count > 0;
}

}  // namespace onnxhub
