// SPDX-License-Identifier: Apache-2.0
#include "model/wire_cursor.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace onnxhub {
namespace {

// Bytes per read: few after a skip, since a tensor's head is mostly followed by its payload. The
// number grows while reading is sequential.
constexpr std::size_t first_window = 256;
constexpr std::size_t largest_window = 32 * 1024;

/// A length may be a lie: memory is taken as bytes arrive.
constexpr std::size_t largest_block = 1024 * 1024;

}  // namespace

void WireCursor::fail(std::string reason) const {
    throw WireFailure{position_, std::move(reason)};
}

std::uint64_t WireCursor::read_varint(std::uint64_t end) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
        if (position_ >= end) fail("the file is cut off within a number");
        const std::uint64_t byte = next_byte();
        value |= shift < 64 ? (byte & 0x7f) << shift : 0;
        if ((byte & 0x80) == 0) return value;
    }
    fail("a number is longer than 10 bytes");
}

std::uint64_t WireCursor::read_length(std::uint64_t end) {
    const std::uint64_t length = read_varint(end);
    if (length > end - position_) {
        fail("a length of " + std::to_string(length) + " bytes runs past the end" +
             (end == size_ ? ": the file is cut off" : " of its message"));
    }
    return position_ + length;
}

void WireCursor::skip(std::uint64_t count, std::uint64_t end) {
    if (count > end - position_) fail("the file is cut off within a number");
    position_ += count;
}

void WireCursor::append_to(std::string& out, std::uint64_t begin, std::uint64_t end) const {
    if (begin >= window_begin_ && end <= window_begin_ + window_.size()) {
        out.append(reinterpret_cast<const char*>(window_.data()) + (begin - window_begin_),
                   static_cast<std::size_t>(end - begin));
        return;
    }
    const auto count = static_cast<std::size_t>(end - begin);
    const std::string bytes = read_all(begin, count);
    if (bytes.size() != count) fail("the file became shorter while it was read");
    out += bytes;
}

std::string WireCursor::head(std::size_t count) const {
    return read_all(0, static_cast<std::size_t>(std::min<std::uint64_t>(count, size_)));
}

/// Fewer than `count` only if the source ends.
std::string WireCursor::read_all(std::uint64_t begin, std::size_t count) const {
    std::string bytes;
    while (bytes.size() < count) {
        const std::size_t done = bytes.size();
        bytes.resize(std::min(count, done + largest_block));
        const auto into = std::as_writable_bytes(std::span(bytes)).subspan(done);
        const std::size_t read = source_.read(begin + done, into);
        bytes.resize(done + read);
        if (read == 0) break;
    }
    return bytes;
}

void WireCursor::load_window() {
    const bool goes_on = !window_.empty() && position_ == window_begin_ + window_.size();
    window_.resize(goes_on ? std::min(window_.size() * 2, largest_window) : first_window);
    window_begin_ = position_;
    window_.resize(source_.read(position_, window_));
    if (window_.empty()) fail("the file became shorter while it was read");
}

void refuse_other_formats(WireCursor& cursor) {
    if (cursor.size() == 0) cursor.fail("is empty");
    static constexpr std::pair<std::string_view, const char*> others[] = {
        {"version https://git-lfs", "is a Git LFS pointer, not a model"},
        {"<", "is HTML or XML, not a model"},
        {"{", "is JSON, not a model"},
        {"PK\x03\x04", "is a ZIP archive, not a model"},
        {"\x1f\x8b", "is a gzip archive, not a model"},
        {"\x89PNG", "is a PNG image, not a model"},
    };
    const std::string head = cursor.head(64);
    for (const auto& [start, reason] : others) {
        if (head.starts_with(start)) cursor.fail(reason);
    }
    if (head.find_first_not_of('\0') == head.npos) {
        cursor.fail("begins with zeros, so it is not an ONNX model");
    }
}

}  // namespace onnxhub
