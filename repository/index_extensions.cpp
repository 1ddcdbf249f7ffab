// SPDX-License-Identifier: Apache-2.0
#include "repository/index_extensions.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace onnxhub {
namespace {

constexpr std::size_t digest_size = 20;                   // SHA-1
constexpr std::size_t entry_head = 40 + digest_size + 2;  // times to size, object id, flags
constexpr std::size_t extension_head = 8;                 // signature, size
constexpr std::uint32_t extended_flag = 0x4000;

/// The index from its beginning on, less its checksum.
class IndexReader {
public:
    explicit IndexReader(std::string_view index)
        : rest_(index.substr(0, index.size() - std::min(index.size(), digest_size))) {}

    bool skip_entries() {
        if (!rest_.starts_with("DIRC")) return false;
        const auto version = number_at(4, 4);
        const auto count = number_at(8, 4);
        if (!version || *version < 2 || *version > 4 || !count || !skip(12)) return false;
        for (std::uint32_t i = 0; i < *count; ++i) {
            if (!skip_entry(*version)) return false;
        }
        return true;
    }

    std::optional<std::string> next_extension() {
        const auto size = number_at(4, 4);
        if (!size) return std::nullopt;
        std::string signature(rest_.substr(0, 4));
        if (!skip(extension_head + std::size_t{*size})) return std::nullopt;
        return signature;
    }

private:
    std::optional<std::uint32_t> number_at(std::size_t offset, std::size_t length) const {
        if (rest_.size() < offset + length) return std::nullopt;
        std::uint32_t number = 0;
        for (const char c : rest_.substr(offset, length)) {
            number = (number << 8) | static_cast<unsigned char>(c);
        }
        return number;
    }

    bool skip(std::size_t length) {
        if (length > rest_.size()) return false;
        rest_.remove_prefix(length);
        return true;
    }

    bool skip_entry(std::uint32_t version) {
        const auto flags = number_at(entry_head - 2, 2);
        if (!flags) return false;
        std::size_t size = entry_head + ((*flags & extended_flag) != 0 ? 2 : 0);
        if (version == 4) {  // the length of a prefix: 7 bits in each byte, the last without bit 8
            std::optional<std::uint32_t> byte;
            do {
                byte = number_at(size++, 1);
            } while (byte && (*byte & 0x80) != 0);
        }
        const std::size_t end = rest_.find('\0', size);
        if (end == rest_.npos) return false;
        if (version == 4) return skip(end + 1);
        return skip((end / 8 + 1) * 8);  // padded with 1 to 8 NULs
    }

    std::string_view rest_;
};

}  // namespace

std::vector<std::string> index_extensions(std::string_view index) {
    std::vector<std::string> signatures;
    IndexReader reader(index);
    if (!reader.skip_entries()) return signatures;
    while (auto signature = reader.next_extension()) signatures.push_back(std::move(*signature));
    return signatures;
}

}  // namespace onnxhub
