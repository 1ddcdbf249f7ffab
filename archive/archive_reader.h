// SPDX-License-Identifier: Apache-2.0
// Archives of strangers, read member by member and never written to disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "archive/block_reader.h"

namespace onnxhub {

/// Bounds on what an archive may make its reader do. Reading stops at the first that is passed.
struct ArchiveLimits {
    std::size_t members = 10'000;
    std::uint64_t inflated_bytes = std::uint64_t{64} << 30;  ///< headers and padding included
    /// Archives that inflate to more than `free_bytes` may not inflate to more than so many times
    /// their own size: deflate reaches 1,030 on zeros, weights and test data hardly 10.
    std::uint64_t ratio = 200;
    std::uint64_t free_bytes = std::uint64_t{256} << 20;
};

struct ArchiveProblem {
    enum class Kind {
        unreadable,  ///< no archive, cut off, damaged, or without what it is for
        unsafe,      ///< a member that must not be unpacked
        limit,       ///< larger than anybody should read
    };
    Kind kind = Kind::unreadable;
    std::string member;  ///< its path as the archive gives it; empty: the archive as a whole
    std::string reason;  ///< one clause: "is a symbolic link"

    bool operator==(const ArchiveProblem&) const = default;
};

/// Told of the regular files of an archive in their order. Members that are not safe to unpack are
/// never shown.
class ArchiveVisitor {
public:
    virtual ~ArchiveVisitor() = default;

    /// `path` is clean and relative, with '/' between folders.
    virtual void begin_file(const std::string& path) = 0;
    /// The file's bytes, in order, in blocks of any size.
    virtual void data(std::span<const std::byte> block) = 0;
    /// All of the file's bytes were there. Not called when the archive breaks off in it.
    virtual void end_file() = 0;
};

/// Reads tar archives, plain or compressed by gzip, bzip2, xz or zstd, in one pass and constant
/// memory, to the last byte, so that checksums behind the last member count. Of problems of one
/// kind the first 20 are told. What `read` or `visitor` throw passes through.
std::vector<ArchiveProblem> walk_archive(const BlockReader& read, const ArchiveLimits& limits,
                                         ArchiveVisitor& visitor);

}  // namespace onnxhub
