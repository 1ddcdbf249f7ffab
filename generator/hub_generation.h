// SPDX-License-Identifier: Apache-2.0
// Generates the manifest of a hub on disk or in a repository: opens it, reads its known facts
// and fetches missing content. Writes only fetched objects.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "generator/elsewhere_fetch.h"
#include "generator/generate.h"
#include "generator/generation_fetch.h"
#include "generator/manifest_part.h"
#include "manifest/manifest.h"
#include "remote/hub_peek.h"
#include "repository/fetch_observer.h"
#include "repository/hub_lock.h"
#include "sources/settings.h"

namespace onnxhub {

struct GenerationRequest {
    std::filesystem::path folder = ".";        ///< top directory of the hub
    std::optional<std::string> revision;       ///< absent: the working tree
    std::optional<std::string> settings_file;  ///< absent: onnxhub.toml of the hub
    std::optional<std::string> carry_file;     ///< manifest whose ports are taken first
    std::optional<std::string> base;           ///< revision; absent: HEAD for Target::diff
    Target target = Target::all;
    std::string single_path;           ///< for Target::single
    std::vector<std::string> exclude;  ///< globs, added to those of the settings
    std::optional<Shard> shard;        ///< for Target::all
    std::optional<FetchOptions> fetch;
    /// For models whose bytes are outside of the repository; with `fetch`.
    std::optional<ElsewhereOptions> fetch_elsewhere;
    std::optional<PeekRequest> peek;  ///< reads graphs from servers, without weights
    bool discover = false;
    bool rehash = false;
    unsigned jobs = 0;
    /// Takes the lock of the hub, and fails if the hub changes while it is read.
    bool locks_hub = false;
};

struct GeneratedHub {
    /// Held for as long as the object lives; only with `locks_hub`.
    std::optional<HubLock> lock;
    std::string present_text;                 ///< of the hub's manifest; "" when there is none
    std::optional<ManifestDocument> present;  ///< absent: the hub has no manifest yet
    std::vector<IgnoredRule> ignored_rules;   ///< of the hub's settings
    std::optional<ManifestPart> part;         ///< complete; with a shard
    GenerateResult result;                    ///< without one
    std::optional<PeekSummary> peeked;        ///< with `peek`; an estimate if that is dry
};

/// Throws UserError when the hub cannot be opened or nothing can be generated; `diagnostics` may
/// say why. `inference` and `content` may be null. `observer` must outlive the result. With a dry
/// `peek`, only `peeked` is set.
GeneratedHub generate_hub(const GenerationRequest& request, ShapeInference* inference,
                          ContentObserver* content, FetchObserver& observer,
                          Diagnostics& diagnostics);

/// Whether `file` is the manifest of the hub in `folder`.
bool is_manifest_of(const std::filesystem::path& folder, const std::filesystem::path& file);

}  // namespace onnxhub
