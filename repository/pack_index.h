// SPDX-License-Identifier: Apache-2.0
// Where the objects of a pack begin: its index of version 2, as gitformat-pack(5) describes it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/byte_source.h"
#include "repository/tree.h"

namespace onnxhub {

class PackIndex {
public:
    /// Null when the file can't be read, has another version, or is not as long as its number of
    /// objects says.
    static std::unique_ptr<const PackIndex> open(const std::filesystem::path& path);

    /// Offset of the object in the pack, in bytes; nullopt when the pack does not have it. Reads
    /// some 3 KB; a damaged index costs at most `probe_limit` reads. Thread-safe. Throws UserError
    /// when the file can't be read any more.
    std::optional<std::uint64_t> offset_of(const BlobId& id) const;

private:
    /// For each first byte of an id, how many objects have this one or a smaller one.
    using Fanout = std::array<std::uint32_t, 256>;

    PackIndex(std::unique_ptr<ByteSource> source, const Fanout& fanout)
        : source_(std::move(source)), fanout_(fanout) {}

    std::uint64_t count() const { return fanout_.back(); }
    std::optional<std::uint64_t> offset_at(std::uint64_t position) const;

    std::unique_ptr<ByteSource> source_;
    Fanout fanout_;
};

}  // namespace onnxhub
