// SPDX-License-Identifier: Apache-2.0
// What all connections of a server share to have content ready for sending.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hosting/server/byte_budget.h"
#include "hosting/server/inflated_blobs.h"
#include "hosting/server/preparations.h"
#include "hosting/server/response_cache.h"

namespace onnxhub {

constexpr std::uint64_t small_file = 1 << 20;  // bytes, of files that are kept in memory

/// Thread-safe.
struct Contents {
    Contents(std::uint64_t memory_bytes, std::uint64_t disk_bytes);

    /// All of the file. Throws as InflatedBlobs::inflate() does, for any file.
    std::string read(const ServedFile& file);

    /// The whole file as gzip, which is kept for the next; null when there is no memory for it.
    /// Throws as read() does.
    std::shared_ptr<const std::string> packed_file(const ServedFile& file);

    /// Files up to so many bytes are sent as gzip.
    std::uint64_t largest_packed() const { return memory.limit() / 4; }

    std::string metrics() const;  ///< for Metrics::text()

    ByteBudget memory, disk;
    InflatedBlobs blobs;
    GzipCache packed;
    Preparations preparations;  ///< its threads use all others: it has to go first
};

}  // namespace onnxhub
