// SPDX-License-Identifier: Apache-2.0
// A file on a web server as a source of bytes, read in windows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/byte_source.h"
#include "remote/range_connection.h"
#include "remote/sparse_bytes.h"

namespace onnxhub {

/// Reads in windows from where the reader is: they grow while it goes straight on, and are small
/// after a jump. All bytes are kept. As in sparse_source(), reads may end early. Not thread-safe.
class RangeSource : public ByteSource {
public:
    /// Makes the first request. Throws as RangeConnection::fetch() does; so does read().
    explicit RangeSource(RangeConnection& connection);

    std::uint64_t size_bytes() const override { return bytes_->size_bytes(); }
    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override;

    /// What was read so far.
    std::shared_ptr<const SparseBytes> bytes() const { return bytes_; }

private:
    void fetch(std::uint64_t offset) const;

    RangeConnection& connection_;
    std::shared_ptr<SparseBytes> bytes_;
    mutable std::uint64_t last_end_ = 0;
    mutable std::uint64_t window_;
};

}  // namespace onnxhub
