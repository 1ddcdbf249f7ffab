// SPDX-License-Identifier: Apache-2.0
// Reads all rows of a hub: from the root README to the models of every folder it names.
#pragma once

#include <string>
#include <vector>

#include "manifest/diagnostic.h"
#include "repository/tree.h"
#include "sources/readme_table.h"
#include "sources/row_settings.h"
#include "sources/settings.h"

namespace onnxhub {

inline constexpr std::string_view readme_file_name = "README.md";

struct HubRows {
    bool has_readme = false;        ///< the root has a README.md
    bool has_table = false;         ///< the root README has a table with a column "Model Class"
    std::vector<ModelRow> models;   ///< by folder, then in the order of the tables
    std::vector<BrokenRow> broken;  ///< invalid rows, including excluded ones
    /// READMEs of models that could not be read completely.
    std::vector<std::string> lost_readmes;
    bool has_lost_root = false;     ///< a folder that the root README names is unknown
    bool is_root_unusable = false;  ///< the root README is not usable at all
    bool has_sources = false;       ///< the settings have [[source]]
    /// With `has_sources`: .onnx files that no source describes, sorted; reported too.
    std::vector<std::string> undescribed;
};

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
