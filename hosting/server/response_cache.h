// SPDX-License-Identifier: Apache-2.0
// What the server keeps in memory, so that a manifest that many ask for is read and packed once.
// All of it may be used by several threads.
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

/// A text that counts in `memory` for as long as someone has it; null when it would be too much.
std::shared_ptr<const std::string> held_text(ByteBudget& memory, std::string text);

/// JSON and pages as gzip, by the ETag of the file, the last ones that were asked for.
class GzipCache {
public:
    /// Keeps so many bytes at most.
    explicit GzipCache(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}

    /// Null when it is not kept.
    std::shared_ptr<const std::string> find(const std::string& etag);
    void keep(const std::string& etag, std::shared_ptr<const std::string> packed);

private:
    const std::uint64_t most_bytes_;
    std::mutex mutex_;
    std::uint64_t bytes_ = 0;
    std::list<std::pair<std::string, std::shared_ptr<const std::string>>> files_;
};

/// The file's identity as gzip: another ETag, and no size as long as it is not packed.
FileIdentity packed_identity(FileIdentity identity);

/// As gzip (RFC 1952).
std::string pack(const std::string& text);

/// Small files whole, with their headers, to be sent again as they are.
class ResponseCache {
public:
    /// Keeps so many bytes of content at most.
    explicit ResponseCache(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}

    /// Queues the response that is kept as `key`; false if there is none.
    bool send(MHD_Connection* connection, const std::string& key);
    void keep(const std::string& key, Response response, std::uint64_t bytes);

private:
    const std::uint64_t most_bytes_;
    std::mutex mutex_;
    std::uint64_t bytes_ = 0;
    std::map<std::string, Response> responses_;
};

}  // namespace onnxhub
