// SPDX-License-Identifier: Apache-2.0
// The rows of a hub, and what could not be read of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sources/model_row.h"

namespace onnxhub {

inline constexpr std::string_view readme_file_name = "README.md";

struct HubRows {
    bool has_readme = false;        ///< the root has a README.md
    bool has_table = false;         ///< the root README has a table with a column "Model Class"
    std::vector<ModelRow> models;   ///< by folder, then in the order of the tables
    std::vector<BrokenRow> broken;  ///< invalid rows, including excluded ones
    /// READMEs of models that could not be read completely.
    std::vector<std::string> lost_readmes;
    bool has_lost_root = false;     ///< a link of the root README may mean any folder
    bool is_root_unusable = false;  ///< the root README is not usable at all
    bool has_sources = false;       ///< the settings have [[source]]
    /// With `has_sources`: .onnx files that no source describes, sorted; reported too.
    std::vector<std::string> undescribed;
};

}  // namespace onnxhub
