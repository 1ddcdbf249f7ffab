// SPDX-License-Identifier: Apache-2.0
// The folder of downloaded files, shared with the Python client: verified or absent.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "manifest/digest.h"
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

/// Bytes on their way into the cache. Goes away without a trace unless it is committed.
class PartialFile {
public:
    /// Makes folders and a file of its own beside `path`. Throws EnvironmentError when that can't
    /// be, or when `size_bytes` are more than the disk has room for.
    PartialFile(std::filesystem::path path, std::uint64_t size_bytes);
    ~PartialFile();
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    void write(std::span<const std::byte> block);  ///< throws EnvironmentError, as on a full disk
    void start_over();                             ///< nothing was written
    std::uint64_t size_bytes() const { return size_; }
    Sha256 digest();  ///< of all that was written; once before start_over() or commit()
    void commit();    ///< flushed to the disk, then renamed

private:
    std::filesystem::path path_;
    std::filesystem::path partial_;
    int fd_ = -1;
    std::uint64_t size_ = 0;
    std::unique_ptr<Sha256Hasher> hasher_;
};

class ModelCache {
public:
    explicit ModelCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Where the file is or would be: `<folder>/<hub folder>/<sha>_<name>`. Throws EnvironmentError
    /// for paths that are not safe, and when a folder on the way is a symbolic link.
    std::filesystem::path path_of(const CacheKey& key) const;

    /// Whether the file is there. It is read and hashed; nothing is written. Throws
    /// EnvironmentError when it is there and another than it should be.
    bool has(const CacheKey& key) const;

    /// Held by one process at a time, to spare others the same download. Best effort: where there
    /// are no locks, or it takes longer than ten minutes, nothing is held and work goes on.
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
