// SPDX-License-Identifier: Apache-2.0
// Three-way merge of manifests, entry by entry, for git's merge drivers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "manifest/entry_name.h"
#include "manifest/manifest.h"

namespace onnxhub {

/// An entry that both sides changed in incompatible ways.
struct EntryConflict {
    EntryName entry;
    /// One clause that does not depend on which side is ours: "both change model_sha"
    std::string reason;

    bool operator==(const EntryConflict&) const = default;
};

struct MergedManifest {
    /// The whole document. Entries in conflict are written between lines "<<<<<<< ours", "======="
    /// and ">>>>>>> theirs", as git does, so the document is not valid JSON until they are
    /// resolved.
    std::string text;
    std::size_t entry_count = 0;           ///< entries in conflict count once
    std::vector<EntryConflict> conflicts;  ///< in the order of the document
};

/// Two entries correspond when their path, name and opset are equal. The only entry of a path also
/// corresponds when its name or its opset changed. Of several entries with the same path, name and
/// opset, those with equal values correspond first, then the others in document order.
///
/// A change of one side is taken. When both sides change an entry, their changes are combined
/// unless they touch the same group: everything that describes the model's bytes (digest, size,
/// opset, ports, external data), everything that describes its archive, or one other key. Entries
/// are sorted by path. Lines end in CRLF when those of all three documents do, otherwise in LF. A
/// result without conflicts is the same with ours and theirs exchanged.
MergedManifest merge_manifests(const ManifestDocument& base, const ManifestDocument& ours,
                               const ManifestDocument& theirs);

}  // namespace onnxhub
