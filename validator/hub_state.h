// SPDX-License-Identifier: Apache-2.0
// The input of all rules, read once: files, tables, models, and the manifest with its lines.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/shared.h"
#include "generator/describe.h"
#include "generator/scope.h"
#include "manifest/manifest.h"
#include "repository/tree.h"
#include "sources/hub_rows.h"
#include "sources/settings.h"
#include "validator/entry_match.h"
#include "validator/finding_list.h"

namespace onnxhub {

/// The text of the manifest.
struct ManifestText {
    std::string file;          ///< the name in findings
    Shared<std::string> text;  ///< absent: no manifest
};

/// The values of the entry that was asked for last. Many findings in a row are about one entry.
class LastEntryValues {
public:
    /// Thread-safe.
    std::shared_ptr<const JsonValue> of(const ManifestEntry& entry) const;

private:
    mutable std::mutex mutex_;
    mutable const ManifestEntry* entry_ = nullptr;
    mutable std::shared_ptr<const JsonValue> values_;
};

/// A manifest that was parsed; null when there is none.
using ParsedManifest = std::shared_ptr<const ManifestResult>;

ParsedManifest parse_text(const ManifestText& manifest, unsigned jobs = 0);

/// What a tree says of its models, read once however many states of the hub are made of it.
struct HubTables {
    std::vector<std::string> files;  ///< all files of the tree, sorted
    HubRows rows;                    ///< those of discovered models at the end
    Diagnostics diagnostics;         ///< about settings and tables
};

/// Lists the tree and reads its READMEs. `diagnostics` come first in the result's.
std::shared_ptr<const HubTables> read_hub_tables(const Tree& tree, const Settings& settings,
                                                 unsigned jobs, Diagnostics diagnostics = {});

struct HubState {
    Scope part;  ///< what the rules check; the rest is read only where it is cheap
    const Tree& tree;
    const Settings& settings;
    ManifestText manifest;
    ParsedManifest parsed;  ///< null when there is no manifest
    std::shared_ptr<const HubTables> tables;
    const std::vector<std::string>& files;  ///< of `tables`
    const HubRows& hub;                     ///< of `tables`
    const Diagnostics& table_diagnostics;   ///< of `tables`
    Descriptions described;  ///< of hub.models, in their order, and of all files in entries
    EntryMatches matches;    ///< empty without a document
    LastEntryValues values = {};

    const ManifestDocument* document() const;  ///< null: missing or not readable

    /// Whether tables or settings list the models. Otherwise the manifest is the only source.
    bool knows_its_models() const;
};

struct ReadOptions {
    ShapeInference* inference = nullptr;
    ContentObserver* observer = nullptr;
    unsigned jobs = 0;
    bool manifest_only = false;  ///< do not read the tree
    Scope part = {};
    std::shared_ptr<const HubTables> tables = nullptr;  ///< of the tree; null: they are read
    ParsedManifest parsed = nullptr;                    ///< of the manifest; null: it is parsed
    /// Facts of files of the same tree, which are not read again; may be null.
    const ContentTable* known = nullptr;
    const PeekedGraphs* peeked = nullptr;  ///< graphs read from servers; may be null
};

/// Reads only through `tree`. Rules report unreadable files as findings.
std::unique_ptr<HubState> read_hub_state(const Tree& tree, const Settings& settings,
                                         ManifestText manifest, const ReadOptions& options);

/// The line of a field of an entry, for example "metadata.model_sha"; the entry's own line if the
/// field is missing.
Place place_of(const HubState& hub, const ManifestEntry& entry, std::string_view field = {});

Subject subject_of(const ManifestEntry& entry);

/// `cell` is one of row.cells.
Place place_of(const ModelRow& row, int cell = 0);

Subject subject_of(const ModelRow& row);

/// "README.md:12", for hints.
std::string to_text(const Place& place);

/// Whether the hub has no file at the entry's path, and clients load it from its sources.
bool is_elsewhere(const HubState& hub, const Entry& entry);

/// The path, if a tree may look it up.
std::optional<std::string> safe_path(const std::string& path);

}  // namespace onnxhub
