// SPDX-License-Identifier: Apache-2.0
// What differs between two manifests, entry by entry, for people.
#pragma once

#include <string>
#include <vector>

#include "manifest/entry_name.h"
#include "manifest/manifest.h"

namespace onnxhub {

struct FieldDifference {
    std::string field;   ///< "opset_version", "metadata.model_sha"
    std::string before;  ///< as short JSON; empty when the field is new
    std::string after;   ///< empty when the field is gone

    bool operator==(const FieldDifference&) const = default;
};

struct EntryDifference {
    enum class Kind { added, removed, changed };
    Kind kind = Kind::changed;
    EntryName entry;
    std::vector<FieldDifference> fields;  ///< of changed entries

    bool operator==(const EntryDifference&) const = default;
};

/// Entries are matched by name, path and opset, then by name and path. In the order of `after`,
/// removed ones last. Empty when the documents differ in order or layout at most.
std::vector<EntryDifference> compare_manifests(const ManifestDocument& before,
                                               const ManifestDocument& after);

/// One or a few lines of text for an entry: "changed ResNet18 (…)", then a line a field.
std::string to_text(const EntryDifference& difference);

}  // namespace onnxhub
