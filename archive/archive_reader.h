// SPDX-License-Identifier: Apache-2.0
// Reads untrusted archives member by member, without writing to disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "archive/block_reader.h"

namespace onnxhub {

/// Limits on the work for one archive. Reading stops at the first that is exceeded.
struct ArchiveLimits {
    std::size_t members = 10'000;
    std::uint64_t inflated_bytes = std::uint64_t{64} << 30;  ///< headers and padding included
    /// Maximum ratio of inflated to packed size, for archives that inflate to more than
    /// `free_bytes`. Deflate reaches 1,030 on zeros; weights and test data rarely exceed 10.
    std::uint64_t ratio = 200;
    std::uint64_t free_bytes = std::uint64_t{256} << 20;
};

struct ArchiveProblem {
    enum class Kind {
        unreadable,  ///< not an archive, truncated, damaged, or without the expected content
        unsafe,      ///< a member that must not be unpacked
        limit,       ///< larger than the limits
    };
    Kind kind = Kind::unreadable;
    std::string member;  ///< its path as the archive spells it; empty: the archive as a whole
    std::string reason;  ///< one clause: "is a symbolic link"

    bool operator==(const ArchiveProblem&) const = default;
};

/// Receives the regular files of an archive in order. Members that are unsafe to unpack are left
/// out.
class ArchiveVisitor {
public:
    virtual ~ArchiveVisitor() = default;

    /// `path` is clean and relative, with '/' between folders.
    virtual void begin_file(const std::string& path) = 0;
    /// The file's bytes, in order, in blocks of any size.
    virtual void data(std::span<const std::byte> block) = 0;
    /// The file is complete. Not called when the archive ends within the file.
    virtual void end_file() = 0;
};

/// Reads tar archives, plain or compressed with gzip, bzip2, xz or zstd, in one pass and constant
/// memory. Reads to the last byte, so that checksums at the end are verified. Of each kind of
/// problem, the first 20 are returned. Exceptions of `read` and `visitor` propagate.
std::vector<ArchiveProblem> walk_archive(const BlockReader& read, const ArchiveLimits& limits,
                                         ArchiveVisitor& visitor);

}  // namespace onnxhub
