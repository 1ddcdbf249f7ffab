// SPDX-License-Identifier: Apache-2.0
// What is in the cache, whoever put it there, and what of it can go.
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
/// nor noted when they were loaded are not the cache's and are left alone. Older versions kept
/// external data at their own names; those with a note are listed too, since no load uses them.
struct CachedFile {
    std::filesystem::path path;  ///< of a model with external data: the model in its folder
    std::string hub_path;        ///< in its hub
    std::string hub;             ///< "" when no one noted it, as for files of the Python client
    std::optional<Sha256> sha;   ///< of a model with external data: see `has_folder`
    /// The model lies in a folder of its own with its external data. Then `sha` is the digest in
    /// the folder's name (digest_of_set()) and `size_bytes` are those of all files in there.
    bool has_folder = false;
    std::uint64_t size_bytes = 0;
    std::uint64_t unpacked_bytes = 0;  ///< of the folder with an archive's files
    SystemTime loaded;                 ///< last written
    SystemTime used;                   ///< last read or written, as far as the disk keeps that
};

struct CacheInventory {
    std::vector<CachedFile> files;  ///< by path
    /// Transfers and unpackings nobody works on any more; a later load may go on with the former.
    std::vector<std::filesystem::path> leftovers;
    std::uint64_t leftover_bytes = 0;
};

/// Symbolic links are not followed. A folder that isn't there is an empty cache. Notes come from
/// `state`.
CacheInventory take_inventory(const std::filesystem::path& cache_folder, const StateFolder& state,
                              SystemTime now);

/// Whether the bytes are those its digest says; with external data, whether all files are there as
/// well, and no others. Throws UserError when it can't be read.
bool is_intact(const CachedFile& file, const std::function<void()>& check_interruption);

/// Only what is set counts; files that any of them names go.
struct PruneLimits {
    std::optional<std::chrono::seconds> older_than;  ///< since the last use
    bool keeps_latest = false;  ///< of files of the same path and hub only the one loaded last
    std::optional<std::uint64_t> max_bytes;  ///< the least recently used go until no more is left
};

/// The files to remove, by path.
std::vector<CachedFile> files_to_prune(const std::vector<CachedFile>& files,
                                       const PruneLimits& constraint, SystemTime now);

/// With the folder of an archive's files, a model's own folder, and what was noted. Throws
/// UserError when it can't be removed.
void remove_cached_file(const std::filesystem::path& cache_folder, const StateFolder& state,
                        const CachedFile& file);

/// Throws UserError when it can't be removed.
void remove_leftover(const std::filesystem::path& leftover);

}  // namespace onnxhub
