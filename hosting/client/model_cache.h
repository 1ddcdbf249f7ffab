// SPDX-License-Identifier: Apache-2.0
// The folder of downloaded files, shared with the Python client: verified or absent.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/digest.h"
#include "manifest/entry.h"

namespace onnxhub {

/// A file of a hub as the cache knows it.
struct CacheKey {
    std::string hub_path;  ///< from the hub's root
    Sha256 sha;
    std::uint64_t size_bytes = 0;
    /// The name is prefixed by the digest, as for models and archives. Weights beside a model keep
    /// their name, by which the model finds them.
    bool has_prefix = true;
};

/// What was noted of a file when it was loaded; the Python client notes nothing.
struct CacheRecord {
    std::string hub;
    std::string hub_path;
    std::optional<Sha256> sha;
};

/// The note of the file at `path` below the cache's folder `folder`; nothing when there is none.
std::optional<CacheRecord> find_cache_record(const std::filesystem::path& folder,
                                             const std::filesystem::path& path);
void forget_cache_record(const std::filesystem::path& folder, const std::filesystem::path& path);

class ModelCache {
public:
    explicit ModelCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

    const std::filesystem::path& folder() const { return folder_; }

    /// Where the file is or would be: `<folder>/<hub folder>/<sha>_<name>`. Throws EnvironmentError
    /// for paths that are not safe, and when a folder on the way is a symbolic link.
    std::filesystem::path path_of(const CacheKey& key) const;

    /// Whether the file is there under its name, whatever it holds.
    bool holds(const CacheKey& key) const;

    /// Whether the file is there. It is read and hashed; nothing is written. Throws
    /// EnvironmentError when it is there and another than it should be.
    bool has(const CacheKey& key) const;

    /// Notes which hub the file is from, for the cache's inventory. Best effort.
    void remember(const CacheKey& key, const std::string& hub) const;

    /// Held by one process at a time, to spare others the same download. Best effort: where there
    /// are no locks, or the holder brings nothing for a minute, nothing is held and work goes on.
    class Lock {
    public:
        Lock(const ModelCache& cache, const CacheKey& key,
             const std::function<void()>& check_interruption);
        ~Lock();
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;

    private:
        int fd_ = -1;
    };

private:
    std::filesystem::path folder_;
};

}  // namespace onnxhub
