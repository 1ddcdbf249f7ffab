// SPDX-License-Identifier: Apache-2.0
// The index of a hub on a web server.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/digest.h"
#include "http/http_client.h"
#include "index/index_reader.h"

namespace onnxhub {

struct IndexAccess {
    /// The request for a file by its path in the hub, with the headers that the server needs.
    std::function<HttpRequest(const std::string& path)> request;
    HttpOptions http;
    /// Files that were read are kept below it by their SHA-256. Absent: nothing is kept.
    std::optional<std::filesystem::path> state_folder;
    bool is_offline = false;  ///< no request: what was kept, or UnusableIndex
    /// Receives one line for the user, that an old copy is used.
    std::function<void(const std::string&)> report = [](const std::string&) {};
};

/// Files of indexes that are kept at most, of all hubs.
inline constexpr std::size_t kept_index_files = 4096;
/// Larger ones are not kept.
inline constexpr std::uint64_t kept_index_file_limit = std::uint64_t{1} << 20;  // bytes

/// The index whose root the server shows now, or the last one if it cannot be reached. nullopt when
/// it has none that this version can read: some servers have a page for every path. Throws HubError
/// when the server cannot be reached.
std::optional<IndexReader> open_index(const IndexAccess& access);

/// The index with this root. Throws UnusableIndex when the server does not have it.
IndexReader open_index(const IndexAccess& access, const Sha256& root);

}  // namespace onnxhub
