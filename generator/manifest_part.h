// SPDX-License-Identifier: Apache-2.0
// What one of several machines made of its share of a hub, as a document; and all of them together
// as the manifest one machine would have made. See docs/sweeps.md.
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

/// An entry of the manifest as it is, or of earlier ones, by its place there.
struct PresentEntry {
    std::size_t position = 0;
    JsonValue json;
    EntryClaim claim = EntryClaim::none;
};

struct ManifestPart {
    Shard shard;
    Sha256 inputs;                      ///< the same for all parts of one run, see inputs_digest()
    bool is_complete = false;           ///< false: rows of the shard are still to come
    std::vector<RowResult> rows;        ///< of this shard, by position
    std::vector<PresentEntry> present;  ///< of this shard, by position
    std::vector<PresentEntry> earlier;  ///< what the present manifest has lost, likewise
    FactStatistics statistics;
    Diagnostics diagnostics;  ///< about tables and the hub as a whole: every part has them
};

/// Tells states of a hub apart: by its rows, its present manifest, what the settings say of
/// tensors, and `state`, such as the commit.
Sha256 inputs_digest(const GenerationPlan& plan, const Settings& settings,
                     std::string_view present_text, std::string_view state);

/// The entries of `present` whose paths are in the shard, with their claims (GenerationPlan).
std::vector<PresentEntry> present_entries_of(const Shard& shard, const ManifestDocument& present,
                                             const std::vector<EntryClaim>& claims = {});

/// Entries of earlier manifests, the latest first, that `present` no longer has under their name
/// and whose paths are in the shard.
std::vector<PresentEntry> earlier_entries_of(const Shard& shard,
                                             const std::vector<const ManifestDocument*>& earlier,
                                             const ManifestDocument& present);

/// Canonical JSON with a line break at its end: the same part gives the same bytes.
std::string part_text(const ManifestPart& part);

/// Whether a document means to be a part of a manifest.
bool is_manifest_part(const JsonValue& document);

/// Reads strictly what part_text() writes; anything else is one clause that says what is wrong.
std::variant<ManifestPart, std::string> parse_manifest_part(const JsonValue& document);

struct MergedParts {
    GenerateResult result;
    std::size_t present_count = 0;  ///< entries of the manifest as it is
};

/// The result of one run over everything, of the complete parts of all shards of that run. What
/// they all tell is told once.
MergedParts merge_parts(std::vector<ManifestPart> parts, Diagnostics& diagnostics);

}  // namespace onnxhub
