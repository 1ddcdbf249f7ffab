// SPDX-License-Identifier: Apache-2.0
// The main job: a repository's tables and files become the text of its manifest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "generator/describe.h"
#include "generator/hub_rows.h"
#include "generator/manifest_update.h"
#include "generator/settings.h"
#include "manifest/diagnostic.h"
#include "manifest/manifest.h"
#include "manifest/shard.h"
#include "repository/tree.h"

namespace onnxhub {

/// Which entries are made anew. All others keep their bytes.
enum class Target {
    all,
    diff,    ///< those whose row, model, archive or external data differ from `base`
    single,  ///< those of `single_path`
};

struct GenerateOptions {
    Target target = Target::all;
    std::optional<Shard> shard;  ///< for Target::all: only rows whose models are in it
    std::string single_path;     ///< for Target::single, clean
    const Tree* base = nullptr;  ///< for Target::diff
    Settings base_settings;      ///< those that held at `base`
    Settings settings;
    bool discover = false;                      ///< models in no table get an entry too
    const ManifestDocument* present = nullptr;  ///< the manifest as it is; null: there is none yet
    const ManifestDocument* carry = nullptr;    ///< io_ports of models whose bytes are not here
    /// Manifests of earlier states, the latest first: what the present one has lost of a model is
    /// taken from there, by its SHA-256.
    std::vector<const ManifestDocument*> earlier = {};
    ShapeInference* inference = nullptr;
    ContentObserver* observer = nullptr;
    bool rehash = false;
    unsigned jobs = 0;
};

/// The rows of a hub and which of them to make entries for, before any model is looked at.
struct GenerationPlan {
    std::vector<ReadmeModel> rows;      ///< all of the hub
    std::vector<std::size_t> selected;  ///< positions in `rows`, ascending
    std::vector<ReadmeModel> gone;      ///< for Target::diff: rows of the base alone
    /// Of the present manifest's entries, by position: which rows in error may stand for them.
    std::vector<EntryClaim> claims;
};

/// A model in LFS whose bytes would have told more.
struct MissingContent {
    std::string path;
    Sha256 sha;
    std::uint64_t size_bytes = 0;
    bool has_entry = true;  ///< false: without its graph there is no entry at all (discovered)

    bool operator==(const MissingContent&) const = default;
};

/// What one row gave.
struct RowResult {
    std::size_t position = 0;  ///< among all rows of the hub
    std::optional<Entry> entry;
    PortSource ports = PortSource::none;
    std::optional<MissingContent> missing;  ///< its ports were neither read nor carried
    Diagnostics diagnostics;
    BrokenRow row = {};  ///< without an entry: what names the entry that has to stay
};

struct GenerateResult {
    ManifestUpdate update;
    FactStatistics statistics;
    std::size_t read_ports = 0;           ///< entries whose ports came from their graphs,
    std::size_t carried_ports = 0;        ///< and those whose came from a manifest
    std::vector<MissingContent> missing;  ///< neither read nor carried, in the order of the rows
    std::size_t unmade = 0;               ///< rows that were looked at and gave no entry
};

/// Reads the tables. Throws UserError when there is nothing to generate from: no README.md
/// or one that can't be used, no table of model folders, no row for `single_path`, no manifest
/// where one is updated.
GenerationPlan plan_generation(const Tree& tree, const GenerateOptions& options,
                               Diagnostics& diagnostics);

/// Describes the rows at these positions of the plan, in their order. `statistics` counts the files
/// they name; null: nobody asks. Reads only through `tree`.
std::vector<RowResult> make_rows(const Tree& tree, const GenerationPlan& plan,
                                 const std::vector<std::size_t>& positions,
                                 const GenerateOptions& options, FactStatistics* statistics);

/// The new manifest of what became of all rows of the plan that are selected, by position.
GenerateResult join_rows(const GenerationPlan& plan, std::vector<RowResult> results,
                         const GenerateOptions& options, Diagnostics& diagnostics);

/// All of the above in a row. Writes nothing.
GenerateResult generate(const Tree& tree, const GenerateOptions& options, Diagnostics& diagnostics);

}  // namespace onnxhub
