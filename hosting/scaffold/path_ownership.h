// SPDX-License-Identifier: Apache-2.0
// Which files of a hub belong to which of its models.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "generator/readme_table.h"
#include "repository/tree.h"

namespace onnxhub {

/// The model that is to have these files.
struct PlaceClaim {
    std::string readme_path;
    std::string model_path;
    std::optional<std::string> name;  ///< absent: whatever its row says
    bool has_other_bytes = false;     ///< than the file that is at model_path now, if any
};

/// The row of the model that `claim` renews; nothing when it is new to the hub. Throws
/// UserError when the place is another model's, or it can't be told which row is meant.
std::optional<ReadmeModel> row_to_replace(const std::vector<ReadmeModel>& rows,
                                          const PlaceClaim& claim);

/// Throws UserError when the rows have another model (path) of this name (without case) and
/// opset, which no client could tell apart.
void check_name_is_free(const std::vector<ReadmeModel>& rows, const std::string& model_path,
                        const std::string& name, std::int64_t opset_version);

/// Throws UserError unless the file at `path`, whose bytes are about to change, is the
/// weights or the archive of the model at `model_path` and of no other. Whose weights a file is
/// tell the graphs, and the manifest where a graph is not here.
void check_file_is_own(const Tree& hub, const std::vector<ReadmeModel>& rows,
                       const std::string& model_path, const std::string& path);

}  // namespace onnxhub
