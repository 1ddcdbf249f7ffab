// SPDX-License-Identifier: Apache-2.0
// The description of a graph as JSON: docs/graphs.md.
#pragma once

#include <cstddef>
#include <string>

#include "model/graph_description.h"

namespace onnxhub {

/// Changes whenever the same model gives another document, so that kept documents are made again.
inline constexpr int graph_document_version = 1;

/// The document, with a line for each value and node and a line break at the end. All of it is
/// ASCII but the names.
std::string graph_json(const GraphDescription& description);

/// Sizes of parts of the document in bytes, with what separates them from the next part.
std::size_t json_size(const GraphValue& value);
std::size_t json_size(const GraphNode& node);
std::size_t json_size(const DescribedFunction& function);
std::size_t json_size(const DescribedOpset& opset);
/// Of a graph without values, ports and nodes.
std::size_t json_size_of_empty_graph(const std::string& name);
/// Of an index in the list of ports.
std::size_t json_size_of_port(std::size_t index);
/// Of everything else, at most.
inline constexpr std::size_t json_size_of_frame = 4096;

}  // namespace onnxhub
