// SPDX-License-Identifier: Apache-2.0
// Fetches the manifest of a hub over HTTP, and keeps a copy for offline use.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/unchanged_source.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/hub_spec.h"
#include "hosting/client/manifest_copy.h"
#include "http/http_client.h"
#include "repository/git_repository.h"

namespace onnxhub {

/// $ONNX_HOME/hub, else $XDG_CACHE_HOME/onnx/hub, else ~/.cache/onnx/hub: shared with the Python
/// client. Throws UserError when none of these variables nor HOME is set.
std::filesystem::path default_cache_folder(const Environment& environment);

struct HubManifest {
    std::shared_ptr<const UnchangedSource> bytes;  ///< on disk if they are many
    std::string shown_name;                        ///< for messages about its content
    std::string note;  ///< a note for the user: "… cannot be reached, this is a copy"
    std::optional<CommitId> commit = {};  ///< the commit that the server read it from, if sent

    /// All bytes, at most manifest_size_limit. Throws UserError when they cannot be read.
    std::string text() const { return read_whole(*bytes, manifest_size_limit, shown_name); }
};

/// Throws UserError when the source has more than `limit_bytes`.
HubManifest hub_manifest(std::shared_ptr<const ByteSource> source, const std::string& shown_name,
                         std::uint64_t limit_bytes = manifest_size_limit);

struct ManifestFetch {
    HttpRequest request;  ///< URL of the manifest, with the headers that the server requires
    std::optional<std::filesystem::path> state_folder;  ///< absent: no copy is kept
    bool is_offline = false;                            ///< no network access: the copy or an error
    /// The remedy when the server requires credentials: "set HF_TOKEN to a token"; may be empty.
    std::string access_hint = {};
};

/// An answer to one request.
struct FetchedManifest {
    HubManifest manifest;
    std::string etag;
    bool is_new = true;  ///< false: it is the copy that was known
};

/// Asks once for a manifest, or another document of at most `limit_bytes`. Large ones go to a
/// temporary file while they arrive. A copy that `kept` has
/// of the same URL is revalidated by its ETag. Throws HubError for every other answer than a
/// manifest.
FetchedManifest request_manifest(const HttpRequest& request, const std::string& access_hint,
                                 const std::optional<KeptManifest>& kept, HttpClient& client,
                                 std::uint64_t limit_bytes = manifest_size_limit);

/// Whether a copy may be used instead: the server cannot be reached, or is out of order.
bool is_out_of_reach(const HubError& error);

/// The error of --offline without a copy.
HubError no_local_copy(const std::string& shown_name);

/// Fetches a manifest over HTTP. An existing copy is revalidated by its ETag, and used when the hub
/// cannot be reached. Copies are stored in the state folder's manifests/, where no hub can write; a
/// copy that was altered is ignored. Throws UserError when no manifest is available.
HubManifest fetch_manifest(const ManifestFetch& fetch, HttpClient& client);

}  // namespace onnxhub
