// SPDX-License-Identifier: Apache-2.0
// Reads the graphs of a hub's models, each file once.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "generator/content_table.h"
#include "manifest/diagnostic.h"
#include "model/model_graph.h"
#include "model/shape_inference.h"

namespace onnxhub {

/// The graph of one model file, or why there is none.
struct GraphReading {
    bool bytes_here = false;  ///< or the graph was read from a server
    bool is_peeked = false;   ///< the graph, or its opsets, was read from a server
    std::shared_ptr<const ModelGraph> graph;
    /// Opsets and IR version alone, if nothing else was read from a server; then `graph` is null.
    std::shared_ptr<const ModelGraph> opsets;
    Diagnostics diagnostics;
};

/// Reads the model at `path` of `table`, with the shapes of `tensors`. `inference` may be null:
/// declared shapes only. Throws WorkerUnavailable.
GraphReading read_graph(const ContentTable& table, const std::string& path,
                        const std::vector<std::string>& tensors, ShapeInference* inference);

}  // namespace onnxhub
