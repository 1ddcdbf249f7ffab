// SPDX-License-Identifier: Apache-2.0
#include "model/model_graph.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <unordered_set>
#include <utility>

#include "base/utf8.h"
#include "base/valid_utf8.h"
#include "manifest/element_type.h"
#include "model/graph_contradictions.h"
#include "model/onnx_messages.pb.h"
#include "model/onnx_types.h"
#include "model/tensor_size.h"

namespace onnxhub {
namespace {

// Of onnx.TensorProto.DataType.
constexpr int element_float = 1;
constexpr int element_int64 = 7;
constexpr int element_string = 8;

/// Default-domain operators are written without a domain; "ai.onnx" is its other name.
bool is_default_domain(const std::string& domain) {
    return domain.empty() || domain == "ai.onnx";
}

bool lacks_a_number(const Shape& shape) {
    return std::any_of(shape.begin(), shape.end(), [](const Dimension& dimension) {
        return !std::holds_alternative<std::int64_t>(dimension);
    });
}

/// Elements of a tensor; hostile dims can't overflow it.
std::uint64_t element_count(const onnx_lite::TensorProto& tensor) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t count = 1;
    for (const std::int64_t dimension : tensor.dims()) {
        if (dimension <= 0) return 0;
        const auto size = static_cast<std::uint64_t>(dimension);
        if (count > most / size) return most;
        count *= size;
    }
    return count;
}

/// The weights that a Constant node holds: exporters write weights into these too. Its lists of
/// numbers count as far as the skeleton kept them.
/// Source: https://github.com/onnx/onnx/blob/main/docs/Operators.md#Constant
struct ConstantWeights {
    int element_type = 0;
    std::uint64_t elements = 0;
};

ConstantWeights constant_weights(const onnx_lite::NodeProto& node) {
    const auto list = [](int type, int size) {
        return ConstantWeights{type, static_cast<std::uint64_t>(size)};
    };
    for (const auto& attribute : node.attribute()) {
        const std::string& name = attribute.name();
        const auto& values = attribute.sparse_tensor().values();
        if (name == "value") return {attribute.t().data_type(), element_count(attribute.t())};
        if (name == "sparse_value") return {values.data_type(), element_count(values)};
        if (name == "value_float") return {element_float, 1};
        if (name == "value_int") return {element_int64, 1};
        if (name == "value_string") return {element_string, 1};
        if (name == "value_floats") return list(element_float, attribute.floats_size());
        if (name == "value_ints") return list(element_int64, attribute.ints_size());
        if (name == "value_strings") return list(element_string, attribute.strings_size());
    }
    return {};
}

/// The sum, or the largest number if that is smaller.
std::uint64_t added(std::uint64_t a, std::uint64_t b) {
    return a + std::min(b, std::numeric_limits<std::uint64_t>::max() - a);
}

class GraphReader {
public:
    GraphReader(const OnnxSkeleton& skeleton, const onnx_lite::ModelProto& model)
        : skeleton_(skeleton), model_(model) {}

    ModelGraph read() {
        graph_.ir_version = model_.ir_version();
        graph_.producer_name = text(model_.producer_name());
        graph_.producer_version = text(model_.producer_version());
        graph_.domain = text(model_.domain());
        graph_.model_version = model_.model_version();
        graph_.graph_name = text(model_.graph().name());
        graph_.external_locations = skeleton_.external_locations;
        graph_.is_cut_at_depth = skeleton_.is_cut_at_depth;
        read_opsets();
        count_nodes(model_.graph());
        read_ports();
        return std::move(graph_);
    }

private:
    /// As JSON can hold it: bytes that are not UTF-8 become U+FFFD.
    std::string text(const std::string& name) {
        if (first_line_not_utf8(name) == 0) return name;
        graph_.has_invalid_names = true;
        return valid_utf8(name);
    }

    void read_opsets() {
        for (const auto& import : model_.opset_import()) {
            const std::string domain =
                is_default_domain(import.domain()) ? "" : text(import.domain());
            if (graph_.opsets.empty()) graph_.first_domain = domain;
            graph_.opsets[domain] = import.version();
        }
        // Before IR version 3 there were no imports and one opset.
        // Source: https://github.com/onnx/onnx/blob/main/docs/IR.md
        if (graph_.opsets.empty() && model_.ir_version() < 3) graph_.opsets[""] = 1;
    }

    void count_nodes(const onnx_lite::GraphProto& graph) {
        for (const auto& tensor : graph.initializer()) add_weights(tensor);
        for (const auto& tensor : graph.sparse_initializer()) add_weights(tensor.values());
        for (const auto& node : graph.node()) {
            graph_.node_count += 1;
            const bool is_default = is_default_domain(node.domain());
            if (is_default && node.op_type() == "Constant") {
                const ConstantWeights constant = constant_weights(node);
                add_weights(constant.element_type, constant.elements);
            }
            graph_.operators[is_default ? "" : text(node.domain())][text(node.op_type())] += 1;
            for (const auto& attribute : node.attribute()) {
                if (attribute.has_g()) count_nodes(attribute.g());
                for (const auto& inner : attribute.graphs()) count_nodes(inner);
            }
        }
    }

    void add_weights(const onnx_lite::TensorProto& tensor) {
        add_weights(tensor.data_type(), element_count(tensor));
    }

    void add_weights(int element_type, std::uint64_t elements) {
        if (elements == 0) return;
        graph_.parameter_count = added(graph_.parameter_count, elements);
        Weights& weights = graph_.weights[std::string(element_type_name(element_type))];
        weights.elements = added(weights.elements, elements);
        weights.bytes = added(weights.bytes, tensor_bytes(element_type, elements));
    }

    Port read_port(const onnx_lite::ValueInfoProto& value) {
        Port port{text(value.name()), shape_of(value.type()), text(type_text(value.type()))};
        for (Dimension& dimension : port.shape) {
            if (auto* name = std::get_if<std::string>(&dimension)) *name = text(*name);
        }
        return port;
    }

    void read_ports() {
        std::unordered_set<std::string> initializers;
        for (const auto& tensor : model_.graph().initializer()) initializers.insert(tensor.name());
        for (const auto& tensor : model_.graph().sparse_initializer()) {
            initializers.insert(tensor.values().name());
        }
        for (const auto& input : model_.graph().input()) {
            if (!initializers.contains(input.name())) {
                graph_.ports.inputs.push_back(read_port(input));
            }
        }
        for (const auto& output : model_.graph().output()) {
            graph_.ports.outputs.push_back(read_port(output));
        }
    }

    const OnnxSkeleton& skeleton_;
    const onnx_lite::ModelProto& model_;
    ModelGraph graph_;
};

bool needs_inference(const onnx_lite::ModelProto& model) {
    const auto& outputs = model.graph().output();
    return std::any_of(outputs.begin(), outputs.end(), [](const onnx_lite::ValueInfoProto& output) {
        if (!output.has_type()) return true;
        if (!output.type().has_tensor_type()) return false;
        return !has_shape(output.type()) || lacks_a_number(shape_of(output.type()));
    });
}

/// Fills unknown dimensions with inferred numbers, but not with names that inference invented.
void complete_output(const onnx_lite::ValueInfoProto& declared, const InferredTensor& inferred,
                     Port& port) {
    if (!declared.has_type()) port.type = inferred.type;
    if (declared.has_type() && !declared.type().has_tensor_type()) return;
    if (!has_shape(declared.type())) {
        port.shape = inferred.shape;
        for (Dimension& dimension : port.shape) {
            if (std::holds_alternative<std::string>(dimension)) dimension = std::monostate{};
        }
        return;
    }
    if (port.shape.size() != inferred.shape.size()) return;
    for (std::size_t i = 0; i < port.shape.size(); ++i) {
        if (std::holds_alternative<std::int64_t>(port.shape[i])) continue;
        if (std::holds_alternative<std::int64_t>(inferred.shape[i])) {
            port.shape[i] = inferred.shape[i];
        }
    }
}

void complete_ports(const onnx_lite::ModelProto& model, const std::vector<std::string>& tensors,
                    const InferredShapes& inferred, ModelGraph& graph) {
    for (int i = 0; i < model.graph().output_size(); ++i) {
        const auto& declared = model.graph().output(i);
        const auto found = inferred.tensors.find(declared.name());
        if (found == inferred.tensors.end()) continue;
        complete_output(declared, found->second, graph.ports.outputs[static_cast<std::size_t>(i)]);
    }
    for (const std::string& name : tensors) {
        const auto found = inferred.tensors.find(name);
        if (found == inferred.tensors.end()) continue;
        const auto asked_for = graph.tensors.find(name);
        if (asked_for != graph.tensors.end()) asked_for->second = found->second.shape;
    }
}

/// Whether the main graph has a tensor of that name.
bool has_tensor(const onnx_lite::GraphProto& graph, const std::string& name) {
    const auto is_it = [&](const auto& value) { return value.name() == name; };
    return std::ranges::any_of(graph.input(), is_it) ||
           std::ranges::any_of(graph.output(), is_it) ||
           std::ranges::any_of(graph.initializer(), is_it) ||
           std::ranges::any_of(graph.sparse_initializer(),
                               [&](const auto& sparse) { return is_it(sparse.values()); }) ||
           std::ranges::any_of(graph.node(), [&](const onnx_lite::NodeProto& node) {
               return std::ranges::find(node.output(), name) != node.output().end();
           });
}

void look_up_tensors(const onnx_lite::GraphProto& graph, const std::vector<std::string>& names,
                     ModelGraph& result) {
    for (const std::string& name : names) {
        if (!name.empty() && has_tensor(graph, name)) {
            result.tensors.emplace(name, std::nullopt);
        } else {
            result.absent_tensors.push_back(name);
        }
    }
}

void note_contradictions(const OnnxSkeleton& skeleton, const onnx_lite::ModelProto& model,
                         ModelGraph& graph) {
    GraphContradictions found = find_contradictions(model.graph(), graph.ports);
    graph.contradictions = std::move(found.reasons);
    graph.repeated_inputs = std::move(found.repeated_inputs);
    graph.has_contradictory_ports = found.concern_ports;
    if (skeleton.has_unbalanced_groups) {
        graph.contradictions.insert(
            graph.contradictions.begin(),
            "a protobuf group is not closed by its own end, so runtimes refuse the file");
    }
}

void clear_values(onnx_lite::TensorProto& tensor) {
    tensor.clear_raw_data();
    tensor.clear_float_data();
    tensor.clear_int32_data();
    tensor.clear_int64_data();
    tensor.clear_uint64_data();
    tensor.clear_double_data();
    tensor.clear_string_data();
    tensor.clear_external_data();
    tensor.clear_data_location();
    tensor.clear_left_out_raw_bytes();
    tensor.clear_left_out_values();
}

void clear_weights(onnx_lite::GraphProto& graph) {
    for (auto& tensor : *graph.mutable_initializer()) clear_values(tensor);
    for (auto& tensor : *graph.mutable_sparse_initializer()) clear_values(*tensor.mutable_values());
    for (auto& node : *graph.mutable_node()) {
        for (auto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) clear_weights(*attribute.mutable_g());
            for (auto& inner : *attribute.mutable_graphs()) clear_weights(inner);
        }
    }
}

}  // namespace

std::optional<ModelOpset> main_opset(const ModelGraph& graph) {
    auto found = graph.opsets.find("");
    if (found == graph.opsets.end()) found = graph.opsets.find(graph.first_domain);
    if (found == graph.opsets.end()) return std::nullopt;
    return ModelOpset{found->first, found->second};
}

OperatorCounts op_counts(const ModelGraph& graph) {
    OperatorCounts counts;
    for (const auto& [domain, operators] : graph.operators) {
        for (const auto& [name, count] : operators) {
            counts[domain.empty() ? name : domain + "." + name] += count;
        }
    }
    return counts;
}

std::string domain_name(const std::string& domain) {
    return domain.empty() ? "ai.onnx" : domain;
}

std::optional<Sha256> digest_without_weights(const ByteSource& source) {
    auto read = read_skeleton(source);
    const auto* skeleton = std::get_if<OnnxSkeleton>(&read);
    onnx_lite::ModelProto model;
    if (!skeleton || !model.ParseFromString(skeleton->model)) return std::nullopt;
    clear_weights(*model.mutable_graph());
    return sha256_of(model.SerializeAsString());
}

std::variant<ModelGraph, SkeletonError> read_model_graph(const ByteSource& source,
                                                         ShapeInference* inference,
                                                         const std::vector<std::string>& tensors) {
    auto read = read_skeleton(source);
    if (auto* error = std::get_if<SkeletonError>(&read)) return std::move(*error);
    const auto& skeleton = std::get<OnnxSkeleton>(read);
    onnx_lite::ModelProto model;
    if (!model.ParseFromString(skeleton.model)) {
        return SkeletonError{0, "is not an ONNX model: its messages don't fit ONNX's definition"};
    }
    ModelGraph graph = GraphReader(skeleton, model).read();
    look_up_tensors(model.graph(), tensors, graph);
    if (inference && (!tensors.empty() || needs_inference(model))) {
        InferenceResult result = inference->infer(skeleton.model, tensors);
        if (const auto* inferred = std::get_if<InferredShapes>(&result)) {
            complete_ports(model, tensors, *inferred, graph);
        } else {
            graph.inference_failure = std::get<InferenceFailure>(std::move(result));
        }
    }
    note_contradictions(skeleton, model, graph);
    return graph;
}

}  // namespace onnxhub
