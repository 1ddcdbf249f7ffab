// SPDX-License-Identifier: Apache-2.0
// Reads all rows of a hub: from the root README to the models of every folder it names.
#pragma once

#include <string>
#include <vector>

#include "manifest/diagnostic.h"
#include "repository/tree.h"
#include "sources/row_list.h"
#include "sources/row_settings.h"
#include "sources/settings.h"

namespace onnxhub {

/// Reads the [[source]]s of the settings, or the official tables if there are none. Removes the
/// leading tags that the settings strip, and excluded models. What is unusable is reported, and the
/// others are read. Rows of sources are sorted by path.
HubRows read_hub_rows(const Tree& tree, const Settings& settings, unsigned jobs,
                      Diagnostics& diagnostics);

/// Makes a row for each .onnx file among `files` that `listed` does not name and no setting
/// excludes. It is named after its file and tagged by its folders. `onnx_version` is empty and
/// `opset_version` is 0, since only the graph has them. `files` are all files of the tree, sorted.
std::vector<ModelRow> discover_models(const std::vector<std::string>& files,
                                      const Settings& settings,
                                      const std::vector<ModelRow>& listed);

/// The rows of discover_models() that no row of the hub names and that no invalid README or row may
/// list. Otherwise a model would lose the name and versions of its table.
std::vector<ModelRow> discover_unlisted_models(const std::vector<std::string>& files,
                                               const Settings& settings, const HubRows& hub);

}  // namespace onnxhub
