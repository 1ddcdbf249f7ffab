// SPDX-License-Identifier: Apache-2.0
// The result of one machine for its shard of a hub, as a document; merging all parts gives the
// manifest that a single machine would have made. See docs/sweeps.md.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "generator/generate.h"
#include "manifest/json.h"
#include "manifest/shard.h"

namespace onnxhub {

/// An entry of the present or an earlier manifest, with its position there.
struct PresentEntry {
    std::size_t position = 0;
    JsonValue json;
    EntryClaim claim = EntryClaim::none;
    /// As the manifest writes it, with all its spaces; empty: as entry_text() does.
    std::string text = {};
};

struct ManifestPart {
    Shard shard;
    Sha256 inputs;                      ///< the same for all parts of one run, see inputs_digest()
    bool is_complete = false;           ///< false: rows of the shard are missing
    std::vector<RowResult> rows;        ///< of this shard, by position
    std::vector<PresentEntry> present;  ///< of this shard, by position
    /// Entries that the present manifest has lost, of this shard, by position.
    std::vector<PresentEntry> earlier;
    FactStatistics statistics;
    Diagnostics diagnostics;  ///< about tables and the hub as a whole; the same in every part
};

/// Identifies a state of a hub: by its rows, its present manifest, the settings of tensors, and
/// `state`, such as the commit.
Sha256 inputs_digest(const GenerationPlan& plan, const Settings& settings,
                     std::string_view present_text, std::string_view state);

/// The entries of `present` whose paths are in the shard, with their claims (GenerationPlan).
std::vector<PresentEntry> present_entries_of(const Shard& shard, const ManifestDocument& present,
                                             const std::vector<EntryClaim>& claims = {});

/// Entries of earlier manifests, the latest first, whose name `present` no longer has and whose
/// paths are in the shard.
std::vector<PresentEntry> earlier_entries_of(const Shard& shard,
                                             const std::vector<const ManifestDocument*>& earlier,
                                             const ManifestDocument& present);

/// Canonical JSON with a line break at its end: the same part gives the same bytes.
std::string part_text(const ManifestPart& part);

/// Whether a document is meant as a part of a manifest.
bool is_manifest_part(const JsonValue& document);

/// Reads what part_text() writes, strictly. The error is one clause.
std::variant<ManifestPart, std::string> parse_manifest_part(const JsonValue& document);

struct MergedParts {
    GenerateResult result;
    std::size_t present_count = 0;  ///< entries of the present manifest
};

/// The result of one run over everything, from the complete parts of all shards. Diagnostics that
/// all parts have are reported once.
MergedParts merge_parts(std::vector<ManifestPart> parts, Diagnostics& diagnostics);

}  // namespace onnxhub
