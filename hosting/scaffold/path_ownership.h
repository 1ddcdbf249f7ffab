// SPDX-License-Identifier: Apache-2.0
// Determines which files of a hub belong to which model.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "repository/tree.h"
#include "sources/readme_table.h"

namespace onnxhub {

/// The model that claims these files.
struct PlaceClaim {
    std::string readme_path;
    std::string model_path;
    std::optional<std::string> name;  ///< absent: the name in its row
    bool has_other_bytes = false;  ///< its bytes differ from the file that is at model_path, if any
};

/// The row of the model that `claim` updates; nullopt when the model is new. Throws UserError when
/// the path belongs to another model, or when several rows match.
std::optional<ModelRow> row_to_replace(const std::vector<ModelRow>& rows, const PlaceClaim& claim);

/// The same for a hub whose sources describe its models. Throws UserError when `model_path` has
/// other bytes and no row, or differs from the path of a row in case only.
void check_path_is_own(const std::vector<ModelRow>& rows, const std::string& model_path,
                       bool has_other_bytes);

/// Throws UserError when the rows have another model (path) with this name (without case) and
/// opset, since clients could not distinguish them.
void check_name_is_free(const std::vector<ModelRow>& rows, const std::string& model_path,
                        const std::string& name, std::int64_t opset_version);

/// Throws UserError unless the file at `path`, whose bytes will change, is external data or the
/// archive of the model at `model_path` only. External data is determined from the graphs, and from
/// the manifest if a graph is not available locally.
void check_file_is_own(const Tree& hub, const std::vector<ModelRow>& rows,
                       const std::string& model_path, const std::string& path);

}  // namespace onnxhub
