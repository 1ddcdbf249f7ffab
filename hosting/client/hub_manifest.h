// SPDX-License-Identifier: Apache-2.0
// The manifest of a hub over HTTP, with a copy kept for the next time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "hosting/client/hub_spec.h"
#include "http/http_client.h"
#include "repository/git_repository.h"

namespace onnxhub {

/// $ONNX_HOME/hub, else $XDG_CACHE_HOME/onnx/hub, else ~/.cache/onnx/hub: shared with the Python
/// client. Throws UserError when none of these variables nor HOME is set.
std::filesystem::path default_cache_folder(const Environment& environment);

struct HubManifest {
    std::string text;
    std::string shown_name;  ///< for messages about its content
    std::string note;  ///< what its reader should know: "… can't be reached, this is a copy"
    std::optional<CommitId> commit = {};  ///< that the server read it from, where it says so
};

/// No manifest is larger.
inline constexpr std::uint64_t manifest_size_limit = std::uint64_t{512} << 20;  // bytes

struct ManifestFetch {
    HttpRequest request;  ///< of the manifest's URL, with what the server needs to let us in
    std::optional<std::filesystem::path> state_folder;  ///< absent: no copy is kept
    bool is_offline = false;  ///< no socket is opened: the copy or nothing
    /// What to do when the server wants credentials: "set HF_TOKEN to a token"; may be empty.
    std::string access_hint = {};
};

/// A manifest over HTTP. A copy is asked for anew by its ETag, and stands in when the hub can't be
/// reached. Copies lie in the state folder's manifests/, where no hub can name a place; one
/// that was altered doesn't count. Throws UserError when there is no manifest to
/// be had.
HubManifest fetch_manifest(const ManifestFetch& fetch, HttpClient& client);

}  // namespace onnxhub
