// SPDX-License-Identifier: Apache-2.0
// Byte sources that count reads, and large ones that need no memory.
#pragma once

#include <atomic>
#include <cstring>
#include <string>
#include <utility>

#include "base/byte_source.h"

namespace onnxhub::test {

/// `head`, followed by zeros up to `size_bytes`, generated when they are read.
class ZeroPaddedSource : public ByteSource {
public:
    ZeroPaddedSource(std::string head, std::uint64_t size_bytes)
        : head_(std::move(head)), size_(size_bytes) {}

    std::uint64_t size_bytes() const override { return size_; }

    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        if (offset >= size_) return 0;
        const std::size_t count =
            static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), size_ - offset));
        std::memset(into.data(), 0, count);
        if (offset < head_.size()) {
            const std::size_t from_head =
                std::min<std::size_t>(count, head_.size() - static_cast<std::size_t>(offset));
            std::memcpy(into.data(), head_.data() + offset, from_head);
        }
        bytes_read_ += count;
        return count;
    }

    std::uint64_t bytes_read() const { return bytes_read_; }

private:
    std::string head_;
    std::uint64_t size_;
    mutable std::atomic<std::uint64_t> bytes_read_{0};
};

}  // namespace onnxhub::test
