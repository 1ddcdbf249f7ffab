// SPDX-License-Identifier: Apache-2.0
// Which row of a table an entry of the manifest belongs to.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "generator/readme_table.h"
#include "manifest/manifest.h"

namespace onnxhub {

/// Indices into each other's lists; each row and each entry has one partner at most.
struct EntryMatches {
    std::vector<std::optional<std::size_t>> row_of_entry;
    std::vector<std::optional<std::size_t>> entry_of_row;
};

/// By path, name and opset where all are the same; of those left by path and name, path and opset,
/// path alone, and last, for models that moved, name and opset. Equal ones pair in order.
EntryMatches match_entries(const ManifestDocument& document, const std::vector<ReadmeModel>& rows);

}  // namespace onnxhub
