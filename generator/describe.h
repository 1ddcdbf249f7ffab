// SPDX-License-Identifier: Apache-2.0
// Makes entries from rows, with the facts that the repository has about each model.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "generator/model_description.h"
#include "repository/tree.h"

namespace onnxhub {

/// By path; null when the graph cannot be read. Absent: the content is not available locally.
using ModelGraphs = std::unordered_map<std::string, std::shared_ptr<const ModelGraph>>;

struct Descriptions {
    std::vector<ModelDescription> models;  ///< one per row, in the order of the rows
    FactStatistics statistics;
    ContentTable contents;  ///< all files named by rows or requested in addition
    ModelGraphs graphs;     ///< graphs of all models among them
    /// Diagnostics about models without a row, such as unreadable graphs.
    Diagnostics more_diagnostics;
};

/// Describes the models of `rows`. A failed model does not stop the others.
Descriptions describe_models(const Tree& tree, std::vector<ModelRow> rows,
                             const DescribeOptions& options);

}  // namespace onnxhub
