// SPDX-License-Identifier: Apache-2.0
// Makes the new manifest from the present one and the repository's entries: which entries stay
// unchanged, and which are new, moved or removed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/boxed.h"
#include "generator/entry_claims.h"
#include "manifest/entry.h"
#include "manifest/entry_name.h"
#include "manifest/manifest.h"

namespace onnxhub {

struct MovedEntry {
    EntryName entry;       ///< as it was
    std::string new_path;  ///< new path of a model with the same digest
};

/// An entry for the new manifest.
struct FreshEntry {
    Boxed<Entry> entry;  ///< always present
    /// Position of the row in the hub; the order of entries with the same path.
    std::size_t position = 0;
};

/// What a new manifest must keep.
struct Retained {
    /// Claims by position of the present entry: claimed entries are kept unchanged unless a fresh
    /// entry continues them. Empty: no claims.
    std::vector<EntryClaim> claims = {};
    /// Earlier manifests, the latest first. A fresh entry that continues no present entry takes its
    /// unknown keys from an earlier entry with the same digest, if the present manifest has lost
    /// that entry.
    std::vector<const ManifestDocument*> earlier = {};
};

struct ManifestUpdate {
    std::string text;  ///< the whole document
    std::size_t entry_count = 0;
    std::vector<EntryName> kept;     ///< claimed entries, in the order of the present manifest
    std::vector<EntryName> removed;  ///< in the order of the present manifest
    std::vector<MovedEntry> moved;
};

/// Regenerates every entry. Present entries that no fresh entry continues are removed, unless they
/// are claimed. A fresh entry continues the present entry with the same path, name and opset, else
/// same path and name, else same path, else same digest, and keeps its unknown keys. An entry with
/// a certain claim is only continued by an entry with the same path and name.
ManifestUpdate replace_all(const ManifestDocument& present, std::vector<FreshEntry> fresh,
                           const Retained& retained = {});

/// Whether a person should confirm that `removed` of `present` entries are removed: more than a
/// tenth of them (one is always allowed), or all of them. A broken table or a wrong path removes
/// many entries at once, and in a hub with one model that one.
bool needs_confirmation(std::size_t removed, std::size_t present);

/// The changes of a part of the rows.
struct PartialChange {
    std::vector<FreshEntry> fresh;  ///< new or changed entries
    std::vector<EntryName> gone;    ///< present entries whose rows were removed
    /// Names of all rows in the order of the tables, to order entries that are kept.
    std::vector<EntryName> row_order;
    Retained retained = {};
};

/// Entries that are not part of the change keep their bytes. An opset of 0 in a name matches any
/// opset.
ManifestUpdate replace_some(const ManifestDocument& present, PartialChange change);

}  // namespace onnxhub
