// SPDX-License-Identifier: Apache-2.0
// The description of a graph as text for programs that draw: Graphviz and Mermaid.
#pragma once

#include <cstddef>
#include <string>

#include "model/graph_description.h"

namespace onnxhub {

/// A drawing in the language of Graphviz: https://graphviz.org/doc/info/lang.html. Subgraphs and
/// functions are clusters. Texts of the model are escaped: they are neither attributes, nor
/// entities, nor escape sequences of Graphviz. All control characters become U+FFFD.
std::string graph_dot(const GraphDescription& description);

/// The same as a flowchart of Mermaid: https://mermaid.js.org/syntax/flowchart.html. All characters
/// of texts that Mermaid, HTML or Markdown could understand are escaped by number.
std::string graph_mermaid(const GraphDescription& description);

/// Programs that show Mermaid refuse larger drawings unless they are configured otherwise:
/// maxTextSize and maxEdges in https://mermaid.js.org/config/schema-docs/config.html.
inline constexpr std::size_t mermaid_text_limit = 50'000;
inline constexpr std::size_t mermaid_edge_limit = 500;

/// The number of edges that both drawings have.
std::size_t drawn_edges(const GraphDescription& description);

}  // namespace onnxhub
