// SPDX-License-Identifier: Apache-2.0
// Decompresses a file to its last byte, so that checksums at the end are verified.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>

#include "archive/block_reader.h"

namespace onnxhub {

/// The archive is invalid. `what()` is one clause: "ends too early".
class DamagedArchive : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads data compressed with gzip (zlib), bzip2, xz or zstd (libarchive), or not compressed.
class InflatedArchive {
public:
    /// `read` must outlive the object. Its exceptions propagate.
    explicit InflatedArchive(const BlockReader& read);
    ~InflatedArchive();
    InflatedArchive(const InflatedArchive&) = delete;
    InflatedArchive& operator=(const InflatedArchive&) = delete;

    /// Fills `into` with the next bytes. Returns the number of bytes, which is smaller than
    /// requested only at the end, after all checksums were verified. Throws DamagedArchive.
    std::size_t read(std::span<std::byte> into);

    /// Number of compressed bytes read so far.
    std::uint64_t packed_bytes() const;

    class Decoder;  ///< of one compression format

private:
    struct Input;
    std::unique_ptr<Input> input_;
    std::unique_ptr<Decoder> decoder_;
};

}  // namespace onnxhub
