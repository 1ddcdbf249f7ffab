// SPDX-License-Identifier: Apache-2.0
// Reads models from README files. Nothing is compared with the files yet.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.h"
#include "repository/repository_url.h"
#include "sources/model_row.h"

namespace onnxhub {

/// A folder of models that the root README names.
struct ModelFolder {
    std::string path;  ///< from the hub's root, normalized
    int line = 0;      ///< 1-based line of its first mention in the root README
    int cell = 0;      ///< 1-based number of the cell in that line

    bool operator==(const ModelFolder&) const = default;
};

/// The models of one README.
struct ModelTables {
    std::vector<ModelRow> models;  ///< in the order of the file
    std::vector<BrokenRow> broken;
    /// A table was not recognized because a column is missing or misspelled, or the document was
    /// not readable or has conflict markers.
    bool has_lost_table = false;
};

struct ModelFolders {
    bool has_table = false;            ///< a table with a column "Model Class" exists
    std::vector<ModelFolder> folders;  ///< sorted by path, without duplicates
    bool has_lost_folder = false;      ///< a link or a table is unusable
    bool is_unusable = false;          ///< the whole document is unusable
};

/// Reads the root README's tables with a column "Model Class": the first link in that cell is a
/// folder. A cell without a link is a note, an unusable link an error. If the document has conflict
/// markers, the only result is an error at the first one. A URL of the repository `own` is a path.
ModelFolders parse_model_folders(std::string_view markdown, const std::string& readme_path,
                                 Diagnostics& diagnostics,
                                 const std::optional<RepositoryUrl>& own = {});

/// Reads every table with the columns Model, Download, ONNX version and Opset version; other tables
/// are ignored. Invalid rows are reported and skipped, so that one run shows all problems. Models
/// are in the order of the file. Rows that repeat an earlier row are reported and skipped. If the
/// document has conflict markers, the result is an error at the first one and no rows. `own` as
/// above.
ModelTables parse_model_tables(std::string_view markdown, const std::string& readme_path,
                               Diagnostics& diagnostics,
                               const std::optional<RepositoryUrl>& own = {});

}  // namespace onnxhub
