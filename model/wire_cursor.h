// SPDX-License-Identifier: Apache-2.0
// Reads protobuf's wire format from a source that may be large or far away, and steps over what is
// not needed: https://protobuf.dev/programming-guides/encoding/
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_source.h"

namespace onnxhub {

/// How protobuf encodes a field, the low three bits of its tag.
enum WireType : std::uint32_t {
    varint = 0,
    fixed64 = 1,
    length_delimited = 2,
    group_start = 3,
    group_end = 4,
    fixed32 = 5
};

/// Thrown and caught in this module only.
struct WireFailure {
    std::uint64_t offset = 0;  ///< bytes from the start of the file
    std::string reason;
};

/// Reads on through a source with a small window, and skips without reading. The source may give
/// fewer bytes than asked for before its end, but at least one. Offsets are bytes from the start.
class WireCursor {
public:
    explicit WireCursor(const ByteSource& source) : source_(source), size_(source.size_bytes()) {}

    std::uint64_t position() const { return position_; }
    std::uint64_t size() const { return size_; }

    /// Throws WireFailure.
    [[noreturn]] void fail(std::string reason) const;

    /// `end` is the end of the message that is being read.
    std::uint64_t read_varint(std::uint64_t end);
    /// The end of what a length announces, which lies within `end`.
    std::uint64_t read_length(std::uint64_t end);

    void skip_to(std::uint64_t position) { position_ = position; }
    void skip(std::uint64_t count, std::uint64_t end);

    void append_to(std::string& out, std::uint64_t begin, std::uint64_t end) const;
    /// The first bytes of the source; fewer than `count` only if it is shorter.
    std::string head(std::size_t count) const;

private:
    std::uint64_t next_byte() {
        if (position_ < window_begin_ || position_ >= window_begin_ + window_.size()) load_window();
        return static_cast<std::uint64_t>(window_[position_++ - window_begin_]);
    }
    void load_window();
    std::string read_all(std::uint64_t begin, std::size_t count) const;

    const ByteSource& source_;
    std::uint64_t size_;
    std::uint64_t position_ = 0;
    std::uint64_t window_begin_ = 0;
    std::vector<std::byte> window_;
};

/// Throws WireFailure for files that are often mistaken for models, such as HTML.
void refuse_other_formats(WireCursor& cursor);

}  // namespace onnxhub
