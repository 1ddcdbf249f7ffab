// SPDX-License-Identifier: Apache-2.0
// .onnx files that no table or other source describes.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "sources/model_row.h"
#include "sources/row_list.h"
#include "sources/settings.h"

namespace onnxhub {

/// Makes a row for each .onnx file among `files` that `listed` does not name and no setting
/// excludes. It is named after its file and tagged by its folders. `onnx_version` is empty and
/// `opset_version` is 0, since only the graph has them, unless an override states them. `files` are
/// all files of the tree, sorted.
std::vector<ModelRow> discover_models(const std::vector<std::string>& files,
                                      const Settings& settings,
                                      const std::vector<ModelRow>& listed);

/// The rows of discover_models() that no row of the hub names and that no invalid README or row may
/// list. Otherwise a model would lose the name and versions of its table.
std::vector<ModelRow> discover_unlisted_models(const std::vector<std::string>& files,
                                               const Settings& settings, const HubRows& hub);

/// Finds whether an invalid row or README of a hub may describe a model.
class InvalidStatements {
public:
    /// Keeps a reference to `hub`.
    explicit InvalidStatements(const HubRows& hub);

    bool may_describe(const std::string& model_path) const;

private:
    std::unordered_set<std::string_view> paths_;
    std::set<std::string_view> folders_;  ///< of READMEs and documents
};

}  // namespace onnxhub
