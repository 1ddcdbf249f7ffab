// SPDX-License-Identifier: Apache-2.0
// Lists the content of the cache, including files of other clients, and selects what to remove.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "hosting/client/model_cache.h"

namespace onnxhub {

using SystemTime = std::chrono::system_clock::time_point;

/// A model, a model with its external data, or an archive. Files that are neither named by a digest
/// nor recorded when they were loaded do not belong to the cache and are never touched. Older
/// versions stored external data under its own names; recorded files of that kind are listed too,
/// since no load uses them.
struct CachedFile {
    std::filesystem::path path;  ///< for a model with external data: the model in its folder
    std::string hub_path;        ///< path in its hub
    std::string hub;             ///< "" if not recorded, such as for files of the Python client
    std::string model = {};      ///< name of the model; "" if unknown
    std::int64_t opset = 0;      ///< 0: unknown
    std::optional<Sha256> sha;   ///< for a model with external data: see `has_folder`
    /// The model has its own folder with its external data. `sha` is then the digest in the
    /// folder's name (digest_of_set()), and `size_bytes` is the size of all files in it.
    bool has_folder = false;
    std::uint64_t size_bytes = 0;
    std::uint64_t unpacked_bytes = 0;  ///< size of the folder with an archive's unpacked files
    SystemTime loaded;                 ///< last written
    SystemTime used;                   ///< last read or written, if the file system records it
};

struct CacheInventory {
    std::vector<CachedFile> files;  ///< sorted by path
    /// Partial downloads and unpacked folders without a process. A later load may resume the
    /// downloads.
    std::vector<std::filesystem::path> leftovers;
    std::uint64_t leftover_bytes = 0;
};

/// Does not follow symbolic links. A missing folder is an empty cache. Records are read from
/// `state`.
CacheInventory take_inventory(const std::filesystem::path& cache_folder, const StateFolder& state,
                              SystemTime now);

/// Whether the bytes match the digest; for a model with external data, whether the folder has
/// exactly these files. Throws UserError when it cannot be read.
bool is_intact(const CachedFile& file, const std::function<void()>& check_interruption);

/// Unset limits do not apply. A file is removed if any limit selects it.
struct PruneLimits {
    std::optional<std::chrono::seconds> older_than;  ///< since the last use
    /// Keeps only the last loaded of the files with the same path and hub.
    bool keeps_latest = false;
    /// Removes the least recently used files until the rest fits.
    std::optional<std::uint64_t> max_bytes;
};

/// The files to remove, sorted by path.
std::vector<CachedFile> files_to_prune(const std::vector<CachedFile>& files,
                                       const PruneLimits& constraint, SystemTime now);

/// Also removes an archive's unpacked folder, a model's own folder, and the record. Throws
/// UserError when it cannot be removed.
void remove_cached_file(const std::filesystem::path& cache_folder, const StateFolder& state,
                        const CachedFile& file);

/// Throws UserError when it can't be removed.
void remove_leftover(const std::filesystem::path& leftover);

}  // namespace onnxhub
