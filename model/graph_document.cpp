// SPDX-License-Identifier: Apache-2.0
#include "model/graph_document.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "manifest/json.h"

namespace onnxhub {
namespace {

/// Numbers of digits that numbers of left-out parts may have.
constexpr std::size_t digits_of_count = 20;

std::string quoted(const std::string& text) {
    return json_text(json_string(text), {.indent = 0, .is_ascii = false});
}

/// Adds `"key":value`, after a comma unless it is the first member.
void add_member(std::string& object, std::string_view key, std::string_view value) {
    if (object.back() != '{') object += ',';
    fmt::format_to(std::back_inserter(object), "\"{}\":{}", key, value);
}

void add_text(std::string& object, std::string_view key, const std::string& text) {
    if (!text.empty()) add_member(object, key, quoted(text));
}

void add_count(std::string& object, std::string_view key, std::uint64_t count) {
    if (count > 0) add_member(object, key, std::to_string(count));
}

/// `begin` is the text before each item.
template <class Items, class Text>
std::string list_of(const Items& items, Text text, std::string_view begin = "") {
    std::string list = "[";
    for (const auto& item : items) {
        if (list.size() > 1) list += ',';
        list.append(begin).append(text(item));
    }
    return list + "]";
}

/// With a line for each item.
template <class Items, class Text>
std::string lines_of(const Items& items, Text text) {
    return list_of(items, text, "\n");
}

std::string dimension_json(const Dimension& dimension) {
    if (const auto* number = std::get_if<std::int64_t>(&dimension)) return std::to_string(*number);
    if (const auto* name = std::get_if<std::string>(&dimension)) return quoted(*name);
    return "null";
}

std::string index_json(std::size_t index) {
    return std::to_string(index);
}

std::string slot_json(const std::optional<std::size_t>& index) {
    return index ? std::to_string(*index) : "null";
}

std::string_view graph_kind_name(GraphValue::Kind kind) {
    switch (kind) {
        case GraphValue::Kind::input:
            return "input";
        case GraphValue::Kind::initializer:
            return "initializer";
        case GraphValue::Kind::sparse_initializer:
            return "sparse_initializer";
        case GraphValue::Kind::outer:
            return "outer";
        case GraphValue::Kind::inner:
            break;
    }
    return "";
}

std::string value_json(const GraphValue& value) {
    std::string object = "{";
    add_member(object, "name", quoted(value.name));
    add_text(object, "kind", std::string(graph_kind_name(value.kind)));
    add_text(object, "type", value.type);
    if (value.shape) add_member(object, "shape", list_of(*value.shape, dimension_json));
    if (value.outer) {
        add_member(object, "outer", fmt::format("[{},{}]", value.outer->graph, value.outer->value));
    }
    return object + "}";
}

std::string attribute_json(const GraphAttribute& attribute) {
    std::string object = "{";
    add_member(object, "name", quoted(attribute.name));
    add_text(object, "type", attribute.type);
    add_text(object, "value", attribute.value);
    if (!attribute.graphs.empty()) {
        add_member(object, "graphs", list_of(attribute.graphs, index_json));
    }
    return object + "}";
}

std::string node_json(const GraphNode& node) {
    std::string object = "{";
    add_member(object, "op", quoted(node.op_type));
    add_text(object, "domain", node.domain);
    add_text(object, "overload", node.overload);
    add_text(object, "name", node.name);
    add_member(object, "inputs", list_of(node.inputs, slot_json));
    add_member(object, "outputs", list_of(node.outputs, slot_json));
    if (!node.attributes.empty()) {
        add_member(object, "attributes", list_of(node.attributes, attribute_json));
    }
    return object + "}";
}

std::string function_json(const DescribedFunction& function) {
    std::string object = "{";
    add_member(object, "name", quoted(function.name));
    add_text(object, "domain", function.domain);
    add_text(object, "overload", function.overload);
    add_member(object, "graph", index_json(function.graph));
    return object + "}";
}

std::string opset_json(const DescribedOpset& opset) {
    std::string object = "{";
    add_member(object, "domain", quoted(opset.domain));
    add_member(object, "version", std::to_string(opset.version));
    return object + "}";
}

void add_left_out(std::string& object, const std::string& parts) {
    if (parts.size() > 1) add_member(object, "left_out", parts + "}");
}

std::string graph_part(const DescribedGraph& graph) {
    std::string object = "{";
    add_member(object, "name", quoted(graph.name));
    add_member(object, "inputs", list_of(graph.inputs, index_json));
    add_member(object, "outputs", list_of(graph.outputs, index_json));
    add_member(object, "values", lines_of(graph.values, value_json));
    add_member(object, "nodes", lines_of(graph.nodes, node_json));
    std::string left_out = "{";
    add_count(left_out, "nodes", graph.left_out_nodes);
    add_count(left_out, "ports", graph.left_out_ports);
    add_count(left_out, "initializers", graph.left_out_initializers);
    add_left_out(object, left_out);
    return object + "}";
}

}  // namespace

std::size_t json_size(const GraphValue& value) {
    return value_json(value).size() + 2;
}

std::size_t json_size(const GraphNode& node) {
    return node_json(node).size() + 2;
}

std::size_t json_size(const DescribedFunction& function) {
    return function_json(function).size() + 2;
}

std::size_t json_size(const DescribedOpset& opset) {
    return opset_json(opset).size() + 2;
}

std::size_t json_size_of_empty_graph(const std::string& name) {
    DescribedGraph empty;
    empty.name = name;
    empty.left_out_nodes = empty.left_out_ports = empty.left_out_initializers = 1;
    return graph_part(empty).size() + 2 + 3 * digits_of_count;
}

std::size_t json_size_of_port(std::size_t index) {
    return index_json(index).size() + 1;
}

std::string graph_json(const GraphDescription& description) {
    std::string object = "{";
    add_member(object, "format", "\"onnxhub.graph\"");
    add_member(object, "version", std::to_string(graph_document_version));
    add_member(object, "ir_version", std::to_string(description.ir_version));
    add_text(object, "producer", description.producer);
    add_member(object, "opsets", list_of(description.opsets, opset_json));
    add_member(object, "graphs", lines_of(description.graphs, graph_part));
    add_member(object, "functions", lines_of(description.functions, function_json));
    std::string left_out = "{";
    add_count(left_out, "attributes", description.left_out_attributes);
    add_count(left_out, "subgraphs", description.left_out_subgraphs);
    add_count(left_out, "functions", description.left_out_functions);
    add_count(left_out, "opsets", description.left_out_opsets);
    add_count(left_out, "shortened_texts", description.shortened_texts);
    if (description.is_cut_at_depth) add_member(left_out, "below_depth_limit", "true");
    add_left_out(object, left_out);
    return object + "}\n";
}

}  // namespace onnxhub
