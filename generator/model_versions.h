// SPDX-License-Identifier: Apache-2.0
// Opset and ONNX version of a model that a [[source]] describes.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "manifest/diagnostic.h"
#include "manifest/entry.h"
#include "model/model_graph.h"
#include "sources/model_row.h"

namespace onnxhub {

struct ModelVersions {
    std::string onnx_version;
    std::int64_t opset_version = 0;
    Diagnostics notes;  ///< what users of the entry should know about the versions
};

/// The opset that the row states, else that of the graph, else that of an earlier entry of the same
/// content. A graph that contradicts the row is an error, and so is an opset that nothing states:
/// ONNX's Python client fails on a manifest with an entry without opset. The ONNX version that
/// nothing states is the oldest release that supports opset and IR version, or the newest known
/// one. `graph` and `carried` may be null.
std::variant<ModelVersions, Diagnostic> resolve_versions(const ModelRow& row,
                                                         const ModelGraph* graph,
                                                         const Entry* carried);

/// The same for a model that only its graph describes.
std::variant<ModelVersions, Diagnostic> versions_of_graph(const ModelRow& row,
                                                          const ModelGraph& graph);

/// A note if the row states the newest known release and the graph is newer.
Diagnostics newer_than_row(const ModelRow& row, const ModelGraph& graph);

/// The IR version that the row states and the graph contradicts, as warnings.
Diagnostics contradicted_facts(const ModelRow& row, const ModelGraph& graph);

}  // namespace onnxhub
