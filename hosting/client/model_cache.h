// SPDX-License-Identifier: Apache-2.0
// The folder of downloaded files, shared with the Python client: verified or absent.
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

/// What was noted of a file when it was loaded; the Python client notes nothing.
struct CacheRecord {
    std::string hub;
    std::string hub_path;
    std::optional<Sha256> sha;
};

/// What the client keeps for itself, apart from any cache; without a folder nothing is kept.
using StateFolder = std::optional<std::filesystem::path>;

/// The note of the file at `path` in the cache's folder `folder`; nothing when there is none. Notes
/// that older versions left in the cache itself count too.
std::optional<CacheRecord> find_cache_record(const StateFolder& state,
                                             const std::filesystem::path& folder,
                                             const std::filesystem::path& path);
void forget_cache_record(const StateFolder& state, const std::filesystem::path& folder,
                         const std::filesystem::path& path);

class ModelCache {
public:
    /// `owners`: whose files are used.
    explicit ModelCache(std::filesystem::path folder, StateFolder state = {},
                        TrustedOwners owners = TrustedOwners())
        : folder_(std::move(folder)), state_(std::move(state)), owners_(std::move(owners)) {}

    const std::filesystem::path& folder() const { return folder_; }
    const TrustedOwners& owners() const { return owners_; }

    /// Where the file is or would be: place_of() in the folder. Lexical: nothing is read.
    std::filesystem::path path_of(const CacheKey& key) const;

    /// Whether a regular file is there under its name, whatever it holds, that no untrusted user
    /// may change.
    bool holds(const CacheKey& key) const;

    /// Whether the file is there. It is read and hashed; nothing is written. A file that another
    /// user may change doesn't count: `ignored`, if given, gets a line that says why. Throws
    /// UserError when it is there and another than it should be, and when a folder on the
    /// way is a link or may be changed by another user.
    bool has(const CacheKey& key, std::string* ignored = nullptr) const;

    /// Makes the folders that the file needs. Throws UserError as has() does.
    void make_folder_of(const CacheKey& key) const;

    /// Notes which hub the file is from, for the cache's inventory. Best effort.
    void remember(const CacheKey& key, const std::string& hub) const;

    /// Held by one process at a time, to spare others the same download. Best effort: where there
    /// are no locks, or the holder brings nothing for a minute, nothing is held and work goes on.
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
