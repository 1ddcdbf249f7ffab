// SPDX-License-Identifier: Apache-2.0
#include "model/graph_description.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>

namespace onnxhub {
namespace {

std::string counted(std::uint64_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

std::string left_out_text(const GraphDescription& description) {
    std::uint64_t nodes = 0, ports = 0, initializers = 0;
    for (const DescribedGraph& graph : description.graphs) {
        nodes += graph.left_out_nodes;
        ports += graph.left_out_ports;
        initializers += graph.left_out_initializers;
    }
    std::vector<std::string> parts;
    const auto add = [&](std::uint64_t count, std::string_view what) {
        if (count > 0) parts.push_back(counted(count, what));
    };
    add(nodes, "node");
    add(ports, "port");
    add(initializers, "initializer");
    add(description.left_out_attributes, "attribute");
    add(description.left_out_subgraphs, "subgraph");
    add(description.left_out_functions, "function");
    add(description.left_out_opsets, "opset");
    add(description.shortened_texts, "end of a long text");
    if (description.is_cut_at_depth) parts.emplace_back("subgraphs that are nested too deep");
    return parts.empty() ? "" : fmt::format("left out: {}", fmt::join(parts, ", "));
}

}  // namespace onnxhub
