// SPDX-License-Identifier: Apache-2.0
// Bytes that are read more than once and must be the same each time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/digest.h"

namespace onnxhub {

/// Gives the bytes of another source, and notices when they change: another process may write to a
/// file between the check of its SHA-256 and the use of its content. What was read once must be the
/// same when it is read again; read() throws UserError otherwise. Holds 33 bytes of memory for each
/// 256 KiB of the source, and one such block. Thread-safe.
class UnchangedSource : public ByteSource {
public:
    /// Messages name the source `shown_name`.
    UnchangedSource(std::shared_ptr<const ByteSource> source, std::string shown_name);

    std::uint64_t size_bytes() const override { return size_bytes_; }
    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override;

    /// SHA-256 of all bytes, which are read for it once. `check_interruption` is called between
    /// blocks. Throws UserError as read() does.
    const Sha256& digest(const std::function<void()>& check_interruption = [] {}) const;

private:
    void read_block(std::uint64_t number, std::span<std::byte> into) const;
    std::size_t length_of(std::uint64_t number) const;
    [[noreturn]] void fail() const;

    std::shared_ptr<const ByteSource> source_;
    std::string shown_name_;
    std::uint64_t size_bytes_;
    mutable std::mutex mutex_;
    mutable std::vector<std::optional<Sha256>> digests_;  ///< of the blocks that were read
    mutable std::vector<std::byte> block_;                ///< the last one of which a part was read
    mutable std::optional<std::uint64_t> block_number_;
    mutable std::optional<Sha256> digest_;
};

}  // namespace onnxhub
