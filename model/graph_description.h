// SPDX-License-Identifier: Apache-2.0
// What is inside a model, for drawings: nodes, values and how they are connected, without weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "manifest/entry.h"

namespace onnxhub {

/// A tensor, or another value, that nodes of a graph read or write.
struct GraphValue {
    enum class Kind {
        inner,  ///< the output of a node, or a name that nothing defines
        input,
        initializer,
        sparse_initializer,
        outer,  ///< of an enclosing graph
    };
    /// Position of a value: an index of GraphDescription::graphs and one of its values.
    struct Place {
        std::size_t graph = 0;
        std::size_t value = 0;
        bool operator==(const Place&) const = default;
    };

    std::string name;
    Kind kind = Kind::inner;
    std::string type;            ///< "tensor(float)"; empty: not declared
    std::optional<Shape> shape;  ///< nothing: not declared
    std::optional<Place> outer;  ///< of Kind::outer
};

struct GraphAttribute {
    std::string name;
    std::string type;   ///< "int", "floats", "tensor"; "reference": to an attribute of the function
    std::string value;  ///< short text for people
    std::vector<std::size_t> graphs;  ///< indices of GraphDescription::graphs
};

struct GraphNode {
    std::string op_type;
    std::string domain;  ///< as in the file; "" and "ai.onnx" mean the same
    std::string overload;
    std::string name;
    /// Indices of DescribedGraph::values; nothing for an optional one that is absent.
    std::vector<std::optional<std::size_t>> inputs;
    std::vector<std::optional<std::size_t>> outputs;
    std::vector<GraphAttribute> attributes;
};

struct DescribedGraph {
    std::string name;
    std::vector<GraphValue> values;
    std::vector<std::size_t> inputs;  ///< indices of `values`; also those with an initializer
    std::vector<std::size_t> outputs;
    std::vector<GraphNode> nodes;  ///< in the order of the file
    std::uint64_t left_out_nodes = 0;
    std::uint64_t left_out_ports = 0;
    std::uint64_t left_out_initializers = 0;  ///< that no described node reads
};

struct DescribedFunction {
    std::string domain;
    std::string name;
    std::string overload;
    std::size_t graph = 0;  ///< index of GraphDescription::graphs
};

struct DescribedOpset {
    std::string domain;
    std::int64_t version = 0;
};

struct GraphDescription {
    std::int64_t ir_version = 0;
    std::string producer;
    std::vector<DescribedOpset> opsets;
    /// The main graph is the first one. Bodies of functions and subgraphs follow.
    std::vector<DescribedGraph> graphs;
    std::vector<DescribedFunction> functions;

    std::uint64_t left_out_attributes = 0;
    std::uint64_t left_out_subgraphs = 0;
    std::uint64_t left_out_functions = 0;
    std::uint64_t left_out_opsets = 0;
    std::uint64_t shortened_texts = 0;
    bool is_cut_at_depth = false;  ///< subgraphs nested too deep are missing
};

/// One clause such as "left out: 12 nodes"; empty: the description is complete.
std::string left_out_text(const GraphDescription& description);

}  // namespace onnxhub
