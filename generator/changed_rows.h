// SPDX-License-Identifier: Apache-2.0
// Which rows of a hub a change touches, for `--target diff`.
#pragma once

#include <cstddef>
#include <vector>

#include "generator/readme_table.h"
#include "generator/settings.h"
#include "manifest/manifest.h"
#include "repository/tree.h"

namespace onnxhub {

/// A hub's rows at one moment.
struct HubState {
    const Tree& tree;
    const std::vector<ReadmeModel>& rows;
    const Settings& settings;
};

struct RowChanges {
    std::vector<std::size_t> changed;  ///< indices of rows now: new, edited, or with other files
    std::vector<ReadmeModel> gone;     ///< rows of the base that are no longer there
};

/// Compares rows, and the content of the files they name: by blob id where git knows both, else by
/// digest. `present` tells which external data files belong to a model.
RowChanges find_changed_rows(const HubState& base, const HubState& now,
                             const ManifestDocument& present);

}  // namespace onnxhub
