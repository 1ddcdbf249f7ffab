// SPDX-License-Identifier: Apache-2.0
// Pairs entries of the manifest with rows of tables.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "manifest/manifest.h"
#include "sources/readme_table.h"

namespace onnxhub {

/// Indices into the other list. Each row and each entry has at most one partner.
struct EntryMatches {
    std::vector<std::optional<std::size_t>> row_of_entry;
    std::vector<std::optional<std::size_t>> entry_of_row;
};

/// Pairs by path, name and opset; then by path and name, by path and opset, and by path; and last,
/// for models that moved, by name and opset. Equal names are paired in order.
EntryMatches match_entries(const ManifestDocument& document, const std::vector<ModelRow>& rows);

}  // namespace onnxhub
