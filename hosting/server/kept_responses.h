// SPDX-License-Identifier: Apache-2.0
// What the server keeps in memory, so that a manifest that many ask for is read and packed once.
// All of it may be used by several threads.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "hosting/server/http_response.h"

namespace onnxhub {

/// JSON and pages as gzip, by their ETag, the last ones that were asked for.
class PackedFiles {
public:
    /// The file as gzip, with an ETag of its own; as it is if it can't be read.
    ServedFile pack(ServedFile file);

private:
    std::shared_ptr<const std::string> packed(const ServedFile& file);

    std::mutex mutex_;
    std::list<std::pair<std::string, std::shared_ptr<const std::string>>> files_;
};

/// Small files whole, with their headers, to be sent again as they are.
class ReadyResponses {
public:
    /// Queues the response that is kept as `key`; false if there is none.
    bool send(MHD_Connection* connection, const std::string& key);
    void keep(const std::string& key, Response response);

private:
    std::mutex mutex_;
    std::map<std::string, Response> responses_;
};

}  // namespace onnxhub
