// SPDX-License-Identifier: Apache-2.0
// Files of a hub, from the first source that has the right bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "hosting/client/model_cache.h"
#include "http/http_client.h"

namespace onnxhub {

/// Where a file may come from. Since its SHA-256 decides, any source will do.
struct FileSources {
    std::vector<std::string> urls;  ///< in the order they are tried
    /// Of a hub on this disk, tried first: its files, or the objects in .git/lfs. Empty: none.
    std::filesystem::path folder;
};

struct DownloadOptions {
    bool force = false;       ///< what is in the cache doesn't count
    bool is_offline = false;  ///< what is not in the cache is an error
    /// Called before bytes of this size come over the network; throws to refuse.
    std::function<void(std::uint64_t size_bytes)> before_download = {};
    std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
    std::function<void()> check_interruption = [] {};
};

struct LoadedFile {
    std::filesystem::path path;
    bool was_cached = false;
    std::vector<std::string> troubles;  ///< of sources that failed before one did not, a line each
};

/// Gives the file from the cache, or gets it: hashed as it arrives, never more than its size, and
/// under its name only when all of it is right. Throws EnvironmentError when no source has it,
/// saying what each did.
LoadedFile load_file(const CacheKey& file, const FileSources& sources, const ModelCache& cache,
                     const DownloadOptions& options, HttpClient& client);

}  // namespace onnxhub
