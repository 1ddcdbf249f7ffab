// SPDX-License-Identifier: Apache-2.0
// The new manifest from the present one and the entries the repository gives: what stays to the
// letter, what is new, what moved and what would vanish.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "generator/entry_claims.h"
#include "manifest/entry.h"
#include "manifest/entry_name.h"
#include "manifest/manifest.h"

namespace onnxhub {

struct MovedEntry {
    EntryName entry;       ///< as it was
    std::string new_path;  ///< where a model of the same digest stands now
};

/// An entry for the new manifest.
struct FreshEntry {
    Entry entry;
    std::size_t position = 0;  ///< among all rows of the hub: entries of equal path keep this order
};

/// What a new manifest must not lose.
struct Retained {
    /// Of the present entries, by position: those claimed stay as they are unless a fresh entry
    /// continues them. Empty: none are.
    std::vector<EntryClaim> claims = {};
    /// Manifests of earlier states, the latest first. A fresh entry that continues none takes its
    /// unknown keys from an entry of the same digest that no longer has a place in the present one.
    std::vector<const ManifestDocument*> earlier = {};
};

struct ManifestUpdate {
    std::string text;  ///< the whole document
    std::size_t entry_count = 0;
    std::vector<EntryName> kept;     ///< claimed, in the order of the present manifest
    std::vector<EntryName> removed;  ///< in the order of the present manifest
    std::vector<MovedEntry> moved;
};

/// Regenerates every entry: entries of `present` that no fresh one continues are removed, unless
/// they are claimed. Keys the format doesn't know are kept where an entry continues: same path,
/// name and opset, else same path and name, else same path, else same digest. Only an entry of the
/// same path and name continues one with a certain claim.
ManifestUpdate replace_all(const ManifestDocument& present, const std::vector<FreshEntry>& fresh,
                           const Retained& retained = {});

/// Whether a person should confirm that `removed` of `present` entries vanish: more than a tenth of
/// them, where one is always allowed, or all of them. A broken table or a wrong path takes many
/// entries at once, and in a hub of one model that one.
bool needs_confirmation(std::size_t removed, std::size_t present);

/// What a part of the rows changes.
struct PartialChange {
    std::vector<FreshEntry> fresh;  ///< new or changed entries
    std::vector<EntryName> gone;    ///< present entries whose rows are gone
    /// All rows' names in the order of the tables, for the order of entries that stay.
    std::vector<EntryName> row_order;
    Retained retained = {};
};

/// Entries the change doesn't name keep their bytes. An opset of 0 in a name stands for any.
ManifestUpdate replace_some(const ManifestDocument& present, const PartialChange& change);

}  // namespace onnxhub
