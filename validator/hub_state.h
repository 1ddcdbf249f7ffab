// SPDX-License-Identifier: Apache-2.0
// Everything the rules look at, read once: files, tables, models, the manifest with its lines.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "generator/describe.h"
#include "generator/hub_rows.h"
#include "generator/scope.h"
#include "generator/settings.h"
#include "manifest/manifest.h"
#include "repository/tree.h"
#include "validator/entry_match.h"
#include "validator/finding_list.h"

namespace onnxhub {

/// The manifest as it was found.
struct ManifestText {
    std::string file;                 ///< as findings name it
    std::optional<std::string> text;  ///< absent: there is none
};

struct HubState {
    Scope part;  ///< what the rules look into; of the rest they know what costs nothing
    const Tree& tree;
    const Settings& settings;
    ManifestText manifest;
    std::optional<ManifestResult> parsed;  ///< absent when there is no manifest
    std::vector<std::string> files;        ///< all files of the tree, sorted
    HubRows hub;                           ///< its rows, those of discovered models at the end
    Diagnostics table_diagnostics;
    Descriptions described;  ///< of hub.models, in their order; and of all files entries name
    EntryMatches matches;    ///< empty without a document

    const ManifestDocument* document() const;  ///< null when there is none that can be read

    /// Whether tables or settings say which models the hub has: else entries stand alone.
    bool knows_its_models() const;
};

struct ReadOptions {
    ShapeInference* inference = nullptr;
    ContentObserver* observer = nullptr;
    unsigned jobs = 0;
    bool manifest_only = false;  ///< the tree is not read at all
    Scope part = {};
};

/// Reads through `tree` alone. What can't be read becomes findings of the rules.
std::unique_ptr<HubState> read_hub_state(const Tree& tree, const Settings& settings,
                                         ManifestText manifest, const ReadOptions& options);

/// Where a field of an entry stands, "metadata.model_sha"; the entry's own line when it isn't
/// there.
Place place_of(const HubState& hub, const ManifestEntry& entry, std::string_view field = {});

Subject subject_of(const ManifestEntry& entry);

Place place_of(const ReadmeModel& row);

Subject subject_of(const ReadmeModel& row);

/// "README.md:12", for hints.
std::string to_text(const Place& place);

/// The path when it is one that may be looked up in a tree.
std::optional<std::string> safe_path(const std::string& path);

}  // namespace onnxhub
