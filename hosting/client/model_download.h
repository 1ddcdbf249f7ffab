// SPDX-License-Identifier: Apache-2.0
// Files of a hub, from the first source that has the right bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "hosting/client/local_hub.h"
#include "hosting/client/model_cache.h"
#include "http/http_client.h"

namespace onnxhub {

/// A URL with what its server needs to let us in.
struct FileSource {
    HttpRequest request;
    bool needs_trust = true;       ///< somebody is asked before its bytes come
    std::string access_hint = {};  ///< "set HF_TOKEN to a token", for 401 and 403; may be empty
};

/// Where a file may come from. Since its SHA-256 decides, any source will do.
struct FileSources {
    std::vector<FileSource> web = {};         ///< in the order they are tried
    std::vector<const LocalHub*> local = {};  ///< hubs on this disk, tried first
};

struct DownloadOptions {
    bool force = false;       ///< what is in the cache doesn't count
    bool is_offline = false;  ///< what is not in the cache or on this disk is an error
    /// Called once, before bytes of this size come from a source that needs trust; throws to
    /// refuse.
    std::function<void(std::uint64_t size_bytes)> before_download = {};
    /// `done` may become less when a transfer has to begin again.
    std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
    std::function<void()> check_interruption = [] {};
};

struct LoadedFile {
    std::filesystem::path path;
    bool was_cached = false;
    std::string source = {};                 ///< that it came from, for messages
    std::vector<std::string> troubles = {};  ///< of sources that failed before, a line each
};

/// Gives the file from the cache, or gets it: hashed as it arrives, never more than its size, and
/// under its name only when all of it is right. A transfer that broke off goes on where it stopped,
/// now or in a later call, as long as the server says it is the same object. Throws
/// UserError when no source has it, saying what each did.
LoadedFile load_file(const CacheKey& file, const FileSources& sources, const ModelCache& cache,
                     const DownloadOptions& options, HttpClient& client);

}  // namespace onnxhub
