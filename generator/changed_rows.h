// SPDX-License-Identifier: Apache-2.0
// Finds the rows of a hub that a change affects, for `--target diff`.
#pragma once

#include <cstddef>
#include <vector>

#include "manifest/manifest.h"
#include "repository/tree.h"
#include "sources/readme_table.h"
#include "sources/settings.h"

namespace onnxhub {

/// A hub's rows at one moment.
struct RowsOfHub {
    const Tree& tree;
    const std::vector<ModelRow>& rows;
    const Settings& settings;
};

struct RowChanges {
    std::vector<std::size_t>
        changed;                 ///< indexes of current rows: new, edited, or with changed files
    std::vector<ModelRow> gone;  ///< rows that only the base has
};

/// Compares rows and the content of their files: by blob id if git knows both, otherwise by digest.
/// `present` lists the external data files of each model.
RowChanges find_changed_rows(const RowsOfHub& base, const RowsOfHub& now,
                             const ManifestDocument& present);

}  // namespace onnxhub
