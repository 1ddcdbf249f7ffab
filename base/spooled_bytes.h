// SPDX-License-Identifier: Apache-2.0
// Collects bytes whose number is not known before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/byte_source.h"
#include "base/descriptor.h"

namespace onnxhub {

/// Holds up to `memory_bytes` in memory, and more in a temporary file without a name
/// (open_unlinked_file()). Where such a file cannot be written, everything stays in memory.
class SpooledBytes {
public:
    explicit SpooledBytes(std::size_t memory_bytes) : memory_bytes_(memory_bytes) {}

    void append(std::span<const std::byte> block);
    void clear();
    std::uint64_t size_bytes() const { return written_ + held_.size(); }
    bool is_on_disk() const { return file_.is_open(); }

    /// All bytes, once: this object is empty afterwards.
    std::unique_ptr<ByteSource> take();

private:
    void spill();
    void read_back();

    std::size_t memory_bytes_;
    std::string held_;  ///< the last bytes
    Descriptor file_;   ///< with the bytes before these
    std::uint64_t written_ = 0;
    bool is_disk_usable_ = true;
};

}  // namespace onnxhub
