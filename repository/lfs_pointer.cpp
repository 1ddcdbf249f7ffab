// SPDX-License-Identifier: Apache-2.0
#include "repository/lfs_pointer.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "base/decimal.h"
#include "base/utf8.h"

namespace onnxhub {
namespace {

constexpr std::string_view version_key = "version ";
/// The current version and the aliases of early versions of the specification.
constexpr std::array<std::string_view, 3> known_versions{"https://git-lfs.github.com/spec/v1",
                                                         "http://git-media.io/v/2",
                                                         "https://hawser.github.com/spec/v1"};
constexpr std::string_view oid_method = "sha256:";

/// The common prefix of later versions.
constexpr std::string_view any_version = "https://git-lfs.github.com/spec/";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool starts_with_version(std::string_view content) {
    if (!content.starts_with(version_key)) return false;
    const std::string_view rest = content.substr(version_key.size());
    if (rest.starts_with(any_version)) return true;
    return std::any_of(known_versions.begin(), known_versions.end(), [&](std::string_view known) {
        // A pointer that is truncated in its first line is still treated as a pointer.
        return rest.starts_with(known) || (rest.size() > 8 && known.starts_with(rest));
    });
}

/// Whether a file is meant as a pointer: it has a version line at its start or after text that
/// merges and editors insert.
bool announces_pointer(std::string_view content) {
    if (content.starts_with("<<<<<<<")) {
        return content.find(std::string(version_key) + std::string(known_versions[0])) !=
               content.npos;
    }
    if (content.starts_with(byte_order_mark)) content.remove_prefix(byte_order_mark.size());
    const std::size_t text = content.find_first_not_of("\r\n");
    return text != content.npos && starts_with_version(content.substr(text));
}

bool is_conflict_marker(std::string_view line) {
    return line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>") || line == "=======";
}

/// Git LFS stores sizes in 63 bits (Go's int64), and so do file servers.
constexpr std::uint64_t largest_size = std::numeric_limits<std::int64_t>::max();  // bytes

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// nullopt when the value is above `largest_size`. `digits` contains only digits.
std::optional<std::uint64_t> parse_size(std::string_view digits) {
    const auto size = parse_decimal<std::uint64_t>(digits);
    return size && *size <= largest_size ? size : std::nullopt;
}

std::optional<Sha256> parse_oid(std::string_view value) {
    if (!value.starts_with(oid_method)) return std::nullopt;
    return parse_sha256(value.substr(oid_method.size()));
}

class PointerReader {
public:
    explicit PointerReader(std::string_view content) : rest_(content) {
        pointer_.is_canonical = content.ends_with('\n') && first_line_not_utf8(content) == 0;
    }

    LfsPointerResult read() {
        using Kind = MalformedPointer::Kind;
        if (rest_.starts_with(byte_order_mark)) {
            return broken(Kind::other, "it starts with a byte order mark");
        }
        while (!rest_.empty()) {
            const std::string_view line = next_line();
            if (is_conflict_marker(line)) {
                return broken(Kind::conflict_markers, "merge conflict markers");
            }
            if (auto problem = read_line(line)) {
                const bool is_cut = rest_.empty() && !has_line_end_;
                return broken(is_cut ? Kind::truncated : Kind::other, std::move(*problem));
            }
        }
        if (!has_oid_) {
            return broken(Kind::truncated, "the oid line is missing, the pointer is truncated");
        }
        if (!has_size_) {
            return broken(Kind::truncated, "the size line is missing, the pointer is truncated");
        }
        return pointer_;
    }

private:
    MalformedPointer broken(MalformedPointer::Kind kind, std::string reason) const {
        return {kind, std::max(line_, 1), std::move(reason)};
    }

    std::string_view next_line() {
        const std::size_t end = rest_.find('\n');
        std::string_view line = rest_.substr(0, end);
        has_line_end_ = end != rest_.npos;
        rest_ = end == rest_.npos ? std::string_view() : rest_.substr(end + 1);
        ++line_;
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
            pointer_.is_canonical = false;
            pointer_.has_crlf = true;
        }
        return line;
    }

    std::optional<std::string> read_line(std::string_view line) {
        if (line.empty()) {  // Git LFS also ignores empty lines
            pointer_.is_canonical = false;
            return std::nullopt;
        }
        if (!has_version_) return read_version(line);
        const std::size_t space = line.find(' ');
        if (space == line.npos || space == 0) return "the line is not a key and a value";
        const std::string_view key = line.substr(0, space);
        const std::string_view value = line.substr(space + 1);
        if (key <= last_key_) pointer_.is_canonical = false;  // the format requires sorted keys
        last_key_ = key;
        if (key == "oid") return read_oid(value);
        if (key == "size") return read_size(value);
        if (key.starts_with("ext-")) return read_extension(key, value);
        pointer_.is_canonical = false;
        return std::nullopt;
    }

    /// `ext-<one digit>-<name> sha256:<digest>`: the digest of the extension's input.
    std::optional<std::string> read_extension(std::string_view key, std::string_view value) {
        const bool has_order = key.size() > 6 && key[4] >= '0' && key[4] <= '9' && key[5] == '-';
        if (!has_order) return "the extension is not ext-<digit>-<name>";
        if (!parse_oid(value)) return "the extension's value is not a sha256 digest";
        pointer_.has_extensions = true;
        return std::nullopt;
    }

    std::optional<std::string> read_version(std::string_view line) {
        if (!line.starts_with(version_key)) return "the version line is missing";
        const std::string_view version = line.substr(version_key.size());
        if (std::find(known_versions.begin(), known_versions.end(), version) ==
            known_versions.end()) {
            return "the version is not " + std::string(known_versions[0]);
        }
        has_version_ = true;
        if (version != known_versions[0]) pointer_.is_canonical = false;
        return std::nullopt;
    }

    std::optional<std::string> read_oid(std::string_view value) {
        if (has_oid_) return "a second oid";
        const auto digest = parse_oid(value);
        if (!digest) return "oid is not a sha256 digest of 64 lower-case digits";
        pointer_.oid = *digest;
        has_oid_ = true;
        return std::nullopt;
    }

    std::optional<std::string> read_size(std::string_view value) {
        if (has_size_) return "a second size";
        if (!is_number(value)) return "size is not a number of bytes";
        const auto size = parse_size(value);
        if (!size) return "size is more than 2^63-1 bytes";
        if (value.size() > 1 && value.front() == '0') pointer_.is_canonical = false;
        pointer_.size_bytes = *size;
        has_size_ = true;
        return std::nullopt;
    }

    std::string_view rest_;
    std::string_view last_key_;
    int line_ = 0;
    bool has_line_end_ = false;
    bool has_version_ = false;
    bool has_oid_ = false;
    bool has_size_ = false;
    LfsPointer pointer_;
};

}  // namespace

LfsPointerResult parse_lfs_pointer(std::string_view content) {
    if (content.size() >= lfs_pointer_size_limit || !announces_pointer(content)) {
        return NotAPointer{};
    }
    return PointerReader(content).read();
}

std::string lfs_pointer_text(const Sha256& oid, std::uint64_t size_bytes) {
    return std::string(version_key) + std::string(known_versions[0]) + "\noid " +
           std::string(oid_method) + to_hex(oid) + "\nsize " + std::to_string(size_bytes) + "\n";
}

}  // namespace onnxhub
