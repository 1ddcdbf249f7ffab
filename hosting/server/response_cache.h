// SPDX-License-Identifier: Apache-2.0
// Caches in memory, so that a frequently requested manifest is read and compressed once.
// Thread-safe.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "hosting/server/byte_budget.h"
#include "hosting/server/http_response.h"

namespace onnxhub {

/// A text that is counted in `memory` as long as it is in use; null when it would exceed the limit.
std::shared_ptr<const std::string> held_text(ByteBudget& memory, std::string text);

/// JSON and pages as gzip, by the file's ETag, least recently used ones dropped first.
class GzipCache {
public:
    /// Holds at most this number of bytes.
    explicit GzipCache(std::uint64_t max_bytes) : max_bytes_(max_bytes) {}

    /// Null when it is not cached.
    std::shared_ptr<const std::string> find(const std::string& etag);
    void keep(const std::string& etag, std::shared_ptr<const std::string> packed);

private:
    const std::uint64_t max_bytes_;
    std::mutex mutex_;
    std::uint64_t bytes_ = 0;
    std::list<std::pair<std::string, std::shared_ptr<const std::string>>> files_;
};

/// The file's identity as gzip: a different ETag, and no size until it is compressed.
FileIdentity packed_identity(FileIdentity identity);

/// Compresses as gzip (RFC 1952).
std::string pack(const std::string& text);

/// Whole responses for small files, with their headers, to be sent again unchanged.
class ResponseCache {
public:
    /// Holds at most this number of content bytes.
    explicit ResponseCache(std::uint64_t max_bytes) : max_bytes_(max_bytes) {}

    /// Queues the cached response of `key`; false if there is none.
    bool send(MHD_Connection* connection, const std::string& key);
    void keep(const std::string& key, Response response, std::uint64_t bytes);

private:
    const std::uint64_t max_bytes_;
    std::mutex mutex_;
    std::uint64_t bytes_ = 0;
    std::map<std::string, Response> responses_;
};

}  // namespace onnxhub
