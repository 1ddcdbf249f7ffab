// SPDX-License-Identifier: Apache-2.0
// Makes entries from rows, with the facts that the repository has about each model.
#pragma once

#include <cstddef>
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

/// Reads what is needed to describe the models of `rows`, then describes them one by one, so that
/// the caller need not keep all descriptions. A failed model does not stop the others.
class ModelDescriber {
public:
    /// Reads facts and graphs. Tree, rows and options must outlive this object.
    ModelDescriber(const Tree& tree, std::vector<const ModelRow*> rows,
                   const DescribeOptions& options);
    ~ModelDescriber();
    ModelDescriber(const ModelDescriber&) = delete;
    ModelDescriber& operator=(const ModelDescriber&) = delete;

    /// Of the row at this position. Thread-safe.
    ModelDescription describe(std::size_t position) const;

    FactStatistics statistics() const;

    /// Everything but the models. Ends this object.
    Descriptions finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Describes the models of `rows` with all that was read about them.
Descriptions describe_models(const Tree& tree, const std::vector<ModelRow>& rows,
                             const DescribeOptions& options);

}  // namespace onnxhub
