// SPDX-License-Identifier: Apache-2.0
// Differences between two manifests, entry by entry, for people.
#pragma once

#include <string>
#include <vector>

#include "manifest/entry_name.h"
#include "manifest/json.h"
#include "manifest/manifest.h"

namespace onnxhub {

struct FieldDifference {
    std::string field;   ///< "opset_version", "metadata.model_sha"
    std::string before;  ///< short JSON; empty when the field is new
    std::string after;   ///< empty when the field was removed

    bool operator==(const FieldDifference&) const = default;
};

struct EntryDifference {
    enum class Kind { added, removed, changed };
    Kind kind = Kind::changed;
    EntryName entry;
    std::vector<FieldDifference> fields;  ///< only for changed entries

    bool operator==(const EntryDifference&) const = default;
};

/// Matches entries by name, path and opset, then by name and path. The result is in the order of
/// `after`, removed entries last. It is empty when only order or layout differ.
std::vector<EntryDifference> compare_manifests(const ManifestDocument& before,
                                               const ManifestDocument& after);

/// An array with an object for each difference: `change`, `model`, `model_path`, `opset_version`
/// and, for changed entries, `fields` with `field`, `before` and `after`: short JSON texts, absent
/// on a side that lacks the field.
JsonValue to_json(const std::vector<EntryDifference>& differences);

/// The text of one entry: "changed ResNet18 (…)", then one line per field.
std::string to_text(const EntryDifference& difference);

}  // namespace onnxhub
