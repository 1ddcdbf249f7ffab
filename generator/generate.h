// SPDX-License-Identifier: Apache-2.0
// Generates the manifest from a repository's tables and files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/boxed.h"
#include "generator/describe.h"
#include "generator/entry_naming.h"
#include "generator/manifest_update.h"
#include "manifest/diagnostic.h"
#include "manifest/manifest.h"
#include "manifest/shard.h"
#include "repository/tree.h"
#include "sources/hub_rows.h"
#include "sources/settings.h"

namespace onnxhub {

/// The entries to regenerate. All others keep their bytes.
enum class Target {
    all,
    diff,    ///< entries whose row, model, archive or external data differ from `base`
    single,  ///< entries of `single_path`
};

struct GenerateOptions {
    Target target = Target::all;
    std::optional<Shard> shard;  ///< for Target::all: only rows whose models are in this shard
    std::string single_path;     ///< for Target::single; normalized
    const Tree* base = nullptr;  ///< for Target::diff
    Settings base_settings;      ///< the settings at `base`
    Settings settings;
    bool discover = false;  ///< also makes entries for models that no table lists
    const ManifestDocument* present = nullptr;  ///< the present manifest; null: there is none yet
    /// Source of io_ports for models whose content is not available locally.
    const ManifestDocument* carry = nullptr;
    /// Earlier manifests, the latest first. Values of a model that the present one has lost are
    /// taken from them, by SHA-256.
    std::vector<const ManifestDocument*> earlier = {};
    ShapeInference* inference = nullptr;
    ContentObserver* observer = nullptr;
    bool rehash = false;
    unsigned jobs = 0;
    const ElsewhereContents* elsewhere = nullptr;  ///< models downloaded from stated URLs
    const PeekedGraphs* peeked = nullptr;          ///< graphs read from servers
};

/// The rows of a hub and the selection for which to make entries, before any model is read.
struct GenerationPlan {
    std::vector<ModelRow> rows;         ///< all rows of the hub
    std::vector<std::size_t> selected;  ///< positions in `rows`, ascending
    std::vector<ModelRow> gone;         ///< for Target::diff: rows that only the base has
    /// For each entry of the present manifest, how invalid rows claim it.
    std::vector<EntryClaim> claims;
    std::vector<std::string> undescribed;  ///< .onnx files that no source describes
};

/// A model in LFS whose facts are incomplete because its content is not available locally.
struct MissingContent {
    std::string path;
    Sha256 sha;
    std::uint64_t size_bytes = 0;
    bool has_entry = true;  ///< false: a discovered model, which has no entry without its graph

    bool operator==(const MissingContent&) const = default;
};

/// What the Git LFS pointer of a model says.
struct PointerFacts {
    Sha256 sha;
    std::uint64_t size_bytes = 0;
};

/// The result of one row.
struct RowResult {
    std::size_t position = 0;  ///< among all rows of the hub
    Boxed<Entry> entry;
    /// Instead of `entry` and `missing`, when both follow from the row and this: see
    /// make_complete(). Such are most rows of a large hub, whose entries would need much memory.
    std::optional<PointerFacts> pointer = {};
    PortSource ports = PortSource::none;
    Boxed<MissingContent> missing;  ///< set if its ports were neither read nor carried over
    Diagnostics diagnostics;
    Boxed<BrokenRow> row = {};      ///< if there is no entry: identifies the entry to keep
    Boxed<NameChoice> naming = {};  ///< absent: the name is the one in the official table
};

struct GenerateResult {
    ManifestUpdate update;
    FactStatistics statistics;
    std::size_t read_ports = 0;     ///< entries with ports from their graphs
    std::size_t peeked_ports = 0;   ///< of graphs that were read from servers
    std::size_t carried_ports = 0;  ///< entries with ports from a manifest
    std::vector<MissingContent>
        missing;             ///< neither read nor carried over, in the order of the rows
    std::size_t unmade = 0;  ///< rows that were processed but gave no entry
};

/// Reads the tables. Throws UserError when there is nothing to generate from: README.md is missing
/// or unusable, there is no table of model folders, no row for `single_path`, or no manifest to
/// update.
GenerationPlan plan_generation(const Tree& tree, const GenerateOptions& options,
                               Diagnostics& diagnostics);

/// Describes the rows at these positions of the plan, in their order. `statistics` counts the files
/// they name; may be null. Reads only through `tree`.
std::vector<RowResult> make_rows(const Tree& tree, const GenerationPlan& plan,
                                 const std::vector<std::size_t>& positions,
                                 const GenerateOptions& options, FactStatistics* statistics);

/// Makes `entry` and `missing` of results that have only `pointer`.
void make_complete(const GenerationPlan& plan, std::vector<RowResult>& results);

/// Makes the new manifest from the results of all selected rows of the plan, by position.
GenerateResult join_rows(GenerationPlan plan, std::vector<RowResult> results,
                         const GenerateOptions& options, Diagnostics& diagnostics);

/// All steps above. Writes nothing.
GenerateResult generate(const Tree& tree, const GenerateOptions& options, Diagnostics& diagnostics);

}  // namespace onnxhub
