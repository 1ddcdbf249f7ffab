// SPDX-License-Identifier: Apache-2.0
// Downloads files of a hub from the first source that has the right bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hosting/client/local_hub.h"
#include "hosting/client/model_cache.h"
#include "http/http_client.h"

namespace onnxhub {

/// A URL with the headers that its server requires.
struct FileSource {
    HttpRequest request;
    bool needs_trust = true;    ///< requires confirmation before a download
    bool is_elsewhere = false;  ///< on a server that the hub names
    /// Why the URL must not be requested: "is not https; …"; absent: it may be.
    std::optional<std::string> refusal = {};
    /// "set HF_TOKEN to a token", shown for 401 and 403; may be empty.
    std::string access_hint = {};
};

/// The sources of a file. The SHA-256 is checked, so any source is acceptable.
struct FileSources {
    std::vector<FileSource> web = {};         ///< in the order they are tried
    std::vector<const LocalHub*> local = {};  ///< local hubs, tried first
    bool is_elsewhere = false;  ///< some of `web` are; hubs and mirrors need not have the file
};

struct DownloadOptions {
    bool force = false;  ///< ignores files in the cache
    /// A file that is neither in the cache nor in a local hub is an error.
    bool is_offline = false;
    /// Called once before a download from a source that needs trust; throws to refuse.
    std::function<void()> before_download = {};
    /// `done` may decrease when a transfer starts again.
    std::function<void(std::uint64_t done)> progress = {};
    std::function<void()> check_interruption = [] {};
};

struct LoadedFile {
    std::filesystem::path path;
    std::uint64_t size_bytes = 0;
    bool was_cached = false;
    std::string source = {};  ///< the source it came from, for messages
    /// Problems of sources that failed before, one line each.
    std::vector<std::string> problems = {};
};

/// Returns the file from the cache, or downloads it. The content is hashed as it arrives, never
/// exceeds the stated size (without one, unstated_size_limit), and gets its final name only after
/// it was verified. An interrupted transfer is resumed, in this or a later call, as long as the
/// server says that the object is the same. Throws UserError when no source has it, with the
/// problem of each source.
LoadedFile load_file(const CacheKey& file, const FileSources& sources, const ModelCache& cache,
                     const DownloadOptions& options, HttpClient& client);

}  // namespace onnxhub
