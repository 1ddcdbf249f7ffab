// SPDX-License-Identifier: Apache-2.0
// The cache folder of downloaded files, shared with the Python client. Each file is verified.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/descriptor.h"
#include "base/digest.h"
#include "base/file_owner.h"
#include "hosting/client/cache_layout.h"

namespace onnxhub {

/// The record made when a file was loaded. The Python client makes none.
struct CacheRecord {
    std::string hub;
    std::string hub_path;
    std::optional<Sha256> sha;
    std::string model = {};  ///< name of the model; "" in records of older versions
    std::int64_t opset = 0;  ///< 0: not recorded
};

/// The folder for the client's own files, outside of any cache; without it nothing is recorded.
using StateFolder = std::optional<std::filesystem::path>;

/// The record of the file at `path` in the cache folder `folder`; nullopt when there is none. Also
/// reads records that older versions stored in the cache itself.
std::optional<CacheRecord> find_cache_record(const StateFolder& state,
                                             const std::filesystem::path& folder,
                                             const std::filesystem::path& path);
void forget_cache_record(const StateFolder& state, const std::filesystem::path& folder,
                         const std::filesystem::path& path);

class ModelCache {
public:
    /// Files are used only if they belong to one of `owners`.
    explicit ModelCache(std::filesystem::path folder, StateFolder state = {},
                        TrustedOwners owners = TrustedOwners())
        : folder_(std::move(folder)), state_(std::move(state)), owners_(std::move(owners)) {}

    const std::filesystem::path& folder() const { return folder_; }
    const TrustedOwners& owners() const { return owners_; }

    /// The file's path, which may not exist: place_of() in the folder. Nothing is read.
    std::filesystem::path path_of(const CacheKey& key) const;

    /// Whether a regular file with this name exists that no untrusted user can change. Its content
    /// is not checked.
    bool holds(const CacheKey& key) const;

    /// Whether the file is in the cache. It is read and hashed; nothing is written. A file that
    /// another user may change is ignored, and `ignored`, if given, gets a line with the reason.
    /// Throws UserError when the content is wrong, and when a parent folder is a link or another
    /// user may change it.
    bool has(const CacheKey& key, std::string* ignored = nullptr) const;

    /// Creates the parent folders of the file. Throws UserError as has() does.
    void make_folder_of(const CacheKey& key) const;

    /// Records the hub of the file and its model, for the cache's inventory. Best effort.
    void remember(const CacheKey& key, const std::string& hub, const std::string& model = "",
                  std::int64_t opset = 0) const;

    /// Held by one process at a time, so that parallel processes share one download. Best effort:
    /// if locks are not supported, or the holder makes no progress for a minute, the caller
    /// continues without the lock.
    class Lock {
    public:
        Lock(const ModelCache& cache, const CacheKey& key,
             const std::function<void()>& check_interruption);

    private:
        Descriptor file_;
    };

private:
    void refuse_foreign_folders(const CacheKey& key) const;

    std::filesystem::path folder_;
    StateFolder state_;
    TrustedOwners owners_;
};

}  // namespace onnxhub
