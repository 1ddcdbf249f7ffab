// SPDX-License-Identifier: Apache-2.0
// The parts of a file that were read from a server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/byte_source.h"
#include "base/digest.h"

namespace onnxhub {

/// Parts of a file of known size. All numbers are bytes.
class SparseBytes {
public:
    explicit SparseBytes(std::uint64_t size_bytes) : size_(size_bytes) {}

    std::uint64_t size_bytes() const { return size_; }
    std::uint64_t known_bytes() const { return known_; }

    /// Adds what comes from `begin` on. Bytes that are known already, or lie behind the end of the
    /// file, are ignored.
    void add(std::uint64_t begin, std::string_view bytes);

    /// Copies known bytes from `offset` on, until the first unknown one. Returns their number.
    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const;

    /// The end of the known part that has the byte at `offset`; `offset` when it is unknown.
    std::uint64_t known_until(std::uint64_t offset) const;
    /// The begin of the first known part behind `offset`, else the size of the file.
    std::uint64_t next_known(std::uint64_t offset) const;

    /// By their begin. Parts neither touch nor overlap.
    const std::map<std::uint64_t, std::string>& parts() const { return parts_; }

    bool operator==(const SparseBytes&) const = default;

private:
    void join(std::uint64_t begin, std::string bytes);

    std::uint64_t size_;
    std::uint64_t known_ = 0;
    std::map<std::uint64_t, std::string> parts_;
};

/// The file as far as it is known. Reads end where the known bytes end; a read that begins at an
/// unknown byte throws UserError. So only readers of a graph can use it: read_skeleton() and
/// read_model_opsets().
std::unique_ptr<ByteSource> sparse_source(std::shared_ptr<const SparseBytes> bytes);

/// A text with a digest of itself, for files.
std::string to_text(const SparseBytes& bytes);
/// nullopt unless to_text() wrote it, completely.
std::optional<SparseBytes> parse_sparse_bytes(std::string_view text);

}  // namespace onnxhub
