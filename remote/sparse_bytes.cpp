// SPDX-License-Identifier: Apache-2.0
#include "remote/sparse_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/decimal.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

constexpr std::string_view first_line = "onnxhub: parts of a file, format 1\n";

/// "1234\n" at the beginning of `text`, which it takes away.
std::optional<std::uint64_t> take_number(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return std::nullopt;
    const auto number = parse_decimal<std::uint64_t>(text.substr(0, end));
    text.remove_prefix(end + 1);
    return number;
}

class SparseSource : public ByteSource {
public:
    explicit SparseSource(std::shared_ptr<const SparseBytes> bytes) : bytes_(std::move(bytes)) {}

    std::uint64_t size_bytes() const override { return bytes_->size_bytes(); }

    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        if (into.empty() || offset >= bytes_->size_bytes()) return 0;
        const std::size_t count = bytes_->read(offset, into);
        if (count == 0) {
            throw UserError(fmt::format("the byte at {} was not read from the server", offset));
        }
        return count;
    }

private:
    std::shared_ptr<const SparseBytes> bytes_;
};

}  // namespace

void SparseBytes::add(std::uint64_t begin, std::string_view bytes) {
    if (begin >= size_) return;
    bytes = bytes.substr(
        0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), size_ - begin)));
    while (!bytes.empty()) {
        const std::uint64_t known = known_until(begin) - begin;
        if (known > 0) {
            const auto skipped =
                static_cast<std::size_t>(std::min<std::uint64_t>(known, bytes.size()));
            begin += skipped;
            bytes.remove_prefix(skipped);
            continue;
        }
        const auto count = static_cast<std::size_t>(
            std::min<std::uint64_t>(next_known(begin) - begin, bytes.size()));
        join(begin, std::string(bytes.substr(0, count)));
        begin += count;
        bytes.remove_prefix(count);
    }
}

/// Adds unknown bytes, and connects the parts that touch them.
void SparseBytes::join(std::uint64_t begin, std::string bytes) {
    known_ += bytes.size();
    const auto next = parts_.find(begin + bytes.size());
    if (next != parts_.end()) {
        bytes += next->second;
        parts_.erase(next);
    }
    const auto behind = parts_.upper_bound(begin);
    if (behind != parts_.begin()) {
        auto& [before_begin, before] = *std::prev(behind);
        if (before_begin + before.size() == begin) {
            before += bytes;
            return;
        }
    }
    parts_.emplace(begin, std::move(bytes));
}

std::uint64_t SparseBytes::known_until(std::uint64_t offset) const {
    const auto behind = parts_.upper_bound(offset);
    if (behind == parts_.begin()) return offset;
    const auto& [begin, bytes] = *std::prev(behind);
    return std::max(offset, begin + bytes.size());
}

std::uint64_t SparseBytes::next_known(std::uint64_t offset) const {
    const auto behind = parts_.upper_bound(offset);
    return behind == parts_.end() ? size_ : behind->first;
}

std::size_t SparseBytes::read(std::uint64_t offset, std::span<std::byte> into) const {
    const std::uint64_t end = known_until(offset);
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(end - offset, into.size()));
    if (count == 0) return 0;
    const auto& [begin, bytes] = *std::prev(parts_.upper_bound(offset));
    std::memcpy(into.data(), bytes.data() + (offset - begin), count);
    return count;
}

std::unique_ptr<ByteSource> sparse_source(std::shared_ptr<const SparseBytes> bytes) {
    return std::make_unique<SparseSource>(std::move(bytes));
}

std::string to_text(const SparseBytes& bytes) {
    std::string text(first_line);
    text += fmt::format("{}\n{}\n", bytes.size_bytes(), bytes.parts().size());
    for (const auto& [begin, part] : bytes.parts()) {
        text += fmt::format("{}\n{}\n", begin, part.size());
        text += part;
    }
    return text + to_hex(sha256_of(text)) + "\n";
}

std::optional<SparseBytes> parse_sparse_bytes(std::string_view text) {
    constexpr std::size_t digest_size = 64 + 1;  // hexadecimal digits and the end of the line
    if (text.size() < first_line.size() + digest_size || !text.starts_with(first_line)) return {};
    const std::string_view digest = text.substr(text.size() - digest_size, 64);
    text.remove_suffix(digest_size);
    if (to_hex(sha256_of(text)) != digest) return std::nullopt;
    text.remove_prefix(first_line.size());
    const auto size = take_number(text);
    const auto count = take_number(text);
    if (!size || !count) return std::nullopt;
    SparseBytes bytes(*size);
    for (std::uint64_t i = 0; i < *count; ++i) {
        const auto begin = take_number(text);
        const auto length = take_number(text);
        if (!begin || !length || *length > text.size()) return std::nullopt;
        bytes.add(*begin, text.substr(0, static_cast<std::size_t>(*length)));
        text.remove_prefix(static_cast<std::size_t>(*length));
    }
    if (!text.empty()) return std::nullopt;
    return bytes;
}

}  // namespace onnxhub
