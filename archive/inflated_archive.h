// SPDX-License-Identifier: Apache-2.0
// The bytes inside a compressed file, to the last one: checksums at its end are verified.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>

#include "archive/block_reader.h"

namespace onnxhub {

/// The archive breaks its format. `what()` is one clause: "breaks off".
class DamagedArchive : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Reads what is compressed by gzip (zlib), bzip2, xz or zstd (libarchive), or not at all.
class InflatedArchive {
public:
    /// `read` must outlive the object. What it throws passes through.
    explicit InflatedArchive(const BlockReader& read);
    ~InflatedArchive();
    InflatedArchive(const InflatedArchive&) = delete;
    InflatedArchive& operator=(const InflatedArchive&) = delete;

    /// Fills `into` with the next bytes and returns how many there were: fewer than asked for only
    /// at the end, when all checksums were right. Throws DamagedArchive.
    std::size_t read(std::span<std::byte> into);

    /// Compressed bytes that were read so far.
    std::uint64_t packed_bytes() const;

    class Decoder;  ///< of one compression

private:
    struct Input;
    std::unique_ptr<Input> input_;
    std::unique_ptr<Decoder> decoder_;
};

}  // namespace onnxhub
