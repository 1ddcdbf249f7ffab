// SPDX-License-Identifier: Apache-2.0
// Two branches' manifests become one: a three-way merge entry by entry, for git's merge drivers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "manifest/entry_name.h"
#include "manifest/manifest.h"

namespace onnxhub {

/// An entry that both sides changed in ways which exclude each other.
struct EntryConflict {
    EntryName entry;
    std::string reason;  ///< one clause, the same whichever side is whose: "both change model_sha"

    bool operator==(const EntryConflict&) const = default;
};

struct MergedManifest {
    /// The whole document. Entries in conflict stand in it between lines "<<<<<<< ours", "=======",
    /// ">>>>>>> theirs", as git's own merges leave them, so that it is no JSON until they are
    /// resolved.
    std::string text;
    std::size_t entry_count = 0;           ///< entries in conflict count once
    std::vector<EntryConflict> conflicts;  ///< in the order of the document
};

/// Entries are the same one when path, name and opset are, as the documents have them; a path's
/// only entry also when its name or its opset has changed. Of several that have all three in common
/// those with the same values are the same one, then the rest in their order. What only one side
/// changes is taken; where both change an entry, their changes are brought together unless they
/// touch what belongs together: what describes the model's bytes (digest, size, opset, ports,
/// external data), what describes its archive, or one other key. Entries come sorted by path. Lines
/// end in CRLF where those of all three documents do, else in LF. The outcome without conflicts is
/// the same for ours and theirs exchanged.
MergedManifest merge_manifests(const ManifestDocument& base, const ManifestDocument& ours,
                               const ManifestDocument& theirs);

}  // namespace onnxhub
