// SPDX-License-Identifier: Apache-2.0
// Copies of fetched manifests in the state folder, where no hub can write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/unchanged_source.h"

namespace onnxhub {

/// Larger manifests are rejected.
inline constexpr std::uint64_t manifest_size_limit = std::uint64_t{512} << 20;  // bytes

/// The same for a hub on this disk, whose manifest is read entry by entry.
inline constexpr std::uint64_t local_manifest_limit = std::uint64_t{4} << 30;  // bytes

/// A manifest that was read before and is not larger is asked for again, not the hub's index.
inline constexpr std::size_t small_manifest_size = std::size_t{1} << 20;  // bytes

/// The folder of verified manifests, see ManifestCopy.
inline constexpr const char* signed_copies = "signed";

/// What is kept of a manifest.
struct KeptManifest {
    std::shared_ptr<const UnchangedSource> bytes;
    std::string etag;       ///< of the response; empty: none
    std::string url;        ///< that gave it: the ETag belongs to it
    std::string statement;  ///< the statement that it was verified with; empty without one
};

/// One copy: the manifest, and next to it its SHA-256 and the other values.
class ManifestCopy {
public:
    /// `folder` is one of the state folder's: "manifests" for hubs without a pin, "signed" for
    /// verified manifests. `key` is the address or the hub's identity. A copy that was altered is
    /// ignored. Without a state folder there is no copy.
    ManifestCopy(const std::optional<std::filesystem::path>& state_folder, const char* folder,
                 const std::string& key);

    const std::optional<KeptManifest>& kept() const { return kept_; }

    /// The size of the copy that this object would read, in bytes; nullopt when there is none.
    static std::optional<std::uint64_t> size_of(
        const std::optional<std::filesystem::path>& state_folder, const char* folder,
        const std::string& key);

    /// Best effort: without a copy the manifest is fetched again.
    void replace(const KeptManifest& manifest) const;

private:
    std::filesystem::path text_path_;
    std::filesystem::path tag_path_;
    std::optional<KeptManifest> kept_;
};

}  // namespace onnxhub
