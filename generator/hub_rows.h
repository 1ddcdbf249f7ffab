// SPDX-License-Identifier: Apache-2.0
// All rows of a hub: from the root README to the models of every folder it names.
#pragma once

#include <string>
#include <vector>

#include "generator/entry_claims.h"
#include "generator/readme_table.h"
#include "generator/settings.h"
#include "manifest/diagnostic.h"
#include "repository/tree.h"

namespace onnxhub {

inline constexpr std::string_view readme_file_name = "README.md";

struct HubRows {
    bool has_readme = false;          ///< the root has a README.md,
    bool has_table = false;           ///< and in it a table with a column "Model Class"
    std::vector<ReadmeModel> models;  ///< by folder, then in the order of the tables
    std::vector<BrokenRow> broken;    ///< rows that can't be used, excluded or not
    /// READMEs that should hold tables of models and could not be read, or not wholly.
    std::vector<std::string> lost_readmes;
    bool has_lost_root = false;     ///< a folder the root README means to name is not known
    bool is_root_unusable = false;  ///< nothing of the root README can be believed
};

/// What in the tables may stand for entries without a row.
RowsInError rows_in_error(const HubRows& hub);

/// Whether a setting leaves the model out.
bool is_excluded(const Settings& settings, const std::string& model_path);

/// Reads the READMEs of the tree. Leading tags the settings strip are gone, excluded models left
/// out. A folder or README that can't be used is reported and the rest is read.
HubRows read_hub_rows(const Tree& tree, const Settings& settings, unsigned jobs,
                      Diagnostics& diagnostics);

/// A row for each .onnx file among `files` that `listed` does not name and no setting excludes:
/// named after its file, tagged by its folders, with `onnx_version` empty and `opset_version` 0,
/// which only the graph states. `files` are all files of the tree, sorted.
std::vector<ReadmeModel> discover_models(const std::vector<std::string>& files,
                                         const Settings& settings,
                                         const std::vector<ReadmeModel>& listed);

/// Those of discover_models() that the hub's rows do not name and that no README or row in error
/// may list either: they would lose the name and versions a table gives them.
std::vector<ReadmeModel> discover_unlisted_models(const std::vector<std::string>& files,
                                                  const Settings& settings, const HubRows& hub);

/// Whether discover_models() made the row.
bool is_discovered(const ReadmeModel& row);

}  // namespace onnxhub
