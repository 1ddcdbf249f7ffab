// SPDX-License-Identifier: Apache-2.0
// Shared by all connections of a server to prepare content for sending.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "hosting/server/background_tasks.h"
#include "hosting/server/byte_budget.h"
#include "hosting/server/inflated_blobs.h"
#include "hosting/server/response_cache.h"
#include "hosting/server/served_index.h"

namespace onnxhub {

constexpr std::uint64_t small_file = 1 << 20;  // bytes; limit for files that are kept in memory

/// Thread-safe.
struct Contents {
    /// `hub` must outlive this object.
    Contents(ServedHub& hub, std::uint64_t memory_bytes, std::uint64_t disk_bytes,
             ServedIndexOptions index_options);

    /// The whole file. Throws as InflatedBlobs::inflate() does, for any file.
    std::string read(const ServedFile& file);

    /// The whole file as gzip, which is cached; null when there is not enough memory. Throws as
    /// read() does.
    std::shared_ptr<const std::string> packed_file(const ServedFile& file);

    /// The text of a file of the index. Throws NotServed (503) when there is not enough memory.
    std::shared_ptr<const std::string> unpacked_file(const ServedIndex::File& file);

    /// The size limit for files that are sent as gzip.
    std::uint64_t largest_packed() const { return memory.limit() / 4; }

    std::string metrics() const;  ///< for Metrics::text()

    ByteBudget memory, disk;
    InflatedBlobs blobs;
    GzipCache packed;
    ServedIndex index;
    /// Its threads use the other members, so it must be destroyed first.
    BackgroundTasks background_tasks;
};

}  // namespace onnxhub
