// SPDX-License-Identifier: Apache-2.0
#include "model/graph_describer.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/valid_utf8.h"
#include "manifest/element_type.h"
#include "model/attribute_text.h"
#include "model/graph_document.h"
#include "model/onnx_messages.pb.h"
#include "model/onnx_types.h"
#include "model/skeleton_view.h"

namespace onnxhub {
namespace {

/// Models import a few domains.
constexpr std::size_t opset_limit = 64;

/// Bytes for the name of a graph, which is known only later: each character may be escaped.
constexpr std::size_t name_reserve = 6 * (graph_text_limit + 4);

/// Further dimensions of a shape are not shown. Runtimes end at 8 or 16.
constexpr std::size_t dimension_limit = 64;

/// A graph that is described later. The main graph has no body here.
struct PendingGraph {
    MessageBytes bytes;
    const FunctionView* function = nullptr;
    std::optional<std::size_t> parent;  ///< the enclosing graph
};

/// Where a text is cut, which is not inside of a character.
std::size_t end_of_text(std::string_view bytes) {
    if (bytes.size() <= graph_text_limit) return bytes.size();
    constexpr std::size_t longest_rest = 3;  // bytes of a character after its first one
    std::size_t end = graph_text_limit;
    while (end > graph_text_limit - longest_rest && (bytes[end] & 0xc0) == 0x80) --end;
    return end;
}

/// What the graph states about its values, by name.
struct Declarations {
    std::unordered_map<std::string_view, const onnx_lite::TensorProto*> initializers;
    std::unordered_map<std::string_view, const onnx_lite::SparseTensorProto*> sparse;
    std::unordered_map<std::string_view, const onnx_lite::TypeProto*> types;
    std::unordered_set<std::string_view> outputs_of_nodes;
};

class GraphDescriber {
public:
    explicit GraphDescriber(std::uint64_t limit_bytes)
        : left_bytes_(limit_bytes > json_size_of_frame ? limit_bytes - json_size_of_frame : 0) {}

    GraphDescription describe(const OnnxSkeleton& skeleton) {
        model_ = viewer_.model(skeleton.model);
        description_.is_cut_at_depth = skeleton.is_cut_at_depth;
        description_.ir_version = model_.ir_version;
        describe_head();
        begin_graph(std::move(model_.graph), nullptr, std::nullopt);
        describe_graph(0);
        begin_functions();
        for (std::size_t i = 1; i < pending_.size(); ++i) describe_graph(i);
        return std::move(description_);
    }

private:
    bool take(std::uint64_t bytes) {
        if (bytes > left_bytes_) return false;
        left_bytes_ -= bytes;
        return true;
    }

    std::string text(std::string_view bytes) {
        const std::size_t end = end_of_text(bytes);
        std::string result = valid_utf8(bytes.substr(0, end));
        if (end == bytes.size()) return result;
        ++description_.shortened_texts;
        return result + "…";
    }

    void describe_head() {
        description_.producer = text(model_.producer_name);
        if (!model_.producer_version.empty()) {
            description_.producer += " " + text(model_.producer_version);
        }
        for (const auto* import : model_.opset_imports) {
            DescribedOpset opset{text(import->domain()), import->version()};
            if (description_.opsets.size() < opset_limit && take(json_size(opset))) {
                description_.opsets.push_back(std::move(opset));
            } else {
                ++description_.left_out_opsets;
            }
        }
    }

    /// The graph's index, or nothing when there is no space for it.
    std::optional<std::size_t> begin_graph(MessageBytes bytes, const FunctionView* function,
                                           std::optional<std::size_t> parent) {
        const bool is_main = description_.graphs.empty();
        if (!take(json_size_of_empty_graph("") + name_reserve) && !is_main) return std::nullopt;
        pending_.push_back({std::move(bytes), function, parent});
        names_.emplace_back();
        description_.graphs.emplace_back();
        return description_.graphs.size() - 1;
    }

    void begin_functions() {
        for (const FunctionView& function : model_.functions) {
            DescribedFunction described{text(function.domain), text(function.name),
                                        text(function.overload), description_.graphs.size()};
            const bool fits = take(json_size(described));
            if (fits && begin_graph({}, &function, std::nullopt)) {
                description_.functions.push_back(std::move(described));
            } else {
                ++description_.left_out_functions;
            }
        }
    }

    void describe_graph(std::size_t index) {
        if (pending_[index].function) return describe_function(index, *pending_[index].function);
        graph_ = index;
        const GraphView view = viewer_.graph(pending_[index].bytes.bytes());
        set_name(view.name);
        declare(view);
        for (const auto* input : view.inputs) {
            add_port(input->name(), GraphValue::Kind::input, graph().inputs);
        }
        describe_nodes(view.nodes);
        for (const auto* output : view.outputs) {
            add_port(output->name(), GraphValue::Kind::inner, graph().outputs);
        }
        describe_other_initializers(view);
    }

    void describe_function(std::size_t index, const FunctionView& function) {
        graph_ = index;
        set_name(function.name);
        declared_ = Declarations();
        for (const std::string_view name : function.inputs) {
            add_port(name, GraphValue::Kind::input, graph().inputs);
        }
        describe_nodes(function.nodes);
        for (const std::string_view name : function.outputs) {
            add_port(name, GraphValue::Kind::inner, graph().outputs);
        }
    }

    void set_name(std::string_view name) {
        graph().name = text(name);
        left_bytes_ += name_reserve - std::min(name_reserve, 6 * graph().name.size());
    }

    void declare(const GraphView& view) {
        declared_ = Declarations();
        for (const auto* tensor : view.initializers) {
            declared_.initializers.try_emplace(tensor->name(), tensor);
        }
        for (const auto* tensor : view.sparse_initializers) {
            declared_.sparse.try_emplace(tensor->values().name(), tensor);
        }
        for (const auto* values : {&view.inputs, &view.outputs, &view.values}) {
            for (const auto* value : *values) {
                if (value->has_type()) declared_.types.try_emplace(value->name(), &value->type());
            }
        }
        if (!pending_[graph_].parent) return;
        std::vector<std::string_view> names;
        for (const std::string_view node : view.nodes) append_outputs(node, names);
        declared_.outputs_of_nodes.insert(names.begin(), names.end());
    }

    void describe_nodes(const std::vector<std::string_view>& nodes) {
        bool has_space = true;
        for (const std::string_view bytes : nodes) {
            has_space = has_space && describe_node(bytes);
            if (!has_space) ++graph().left_out_nodes;
        }
    }

    bool describe_node(std::string_view bytes) {
        viewer_.read_node(bytes, node_);
        GraphNode node{text(node_.op_type),
                       text(node_.domain),
                       text(node_.overload),
                       text(node_.name),
                       {},
                       {},
                       {}};
        if (!add_slots(node_.inputs, node.inputs) || !add_slots(node_.outputs, node.outputs)) {
            return false;
        }
        const std::size_t graphs = description_.graphs.size();
        for (AttributeView& attribute : node_.attributes) describe_attribute(attribute, node);
        if (!take(json_size(node))) {
            forget_graphs(graphs);
            return false;
        }
        graph().nodes.push_back(std::move(node));
        return true;
    }

    /// Forgets the last graphs, which belong to a node that is left out.
    void forget_graphs(std::size_t kept) {
        while (description_.graphs.size() > kept) {
            description_.graphs.pop_back();
            names_.pop_back();
            pending_.pop_back();
        }
    }

    bool add_slots(const std::vector<std::string_view>& names,
                   std::vector<std::optional<std::size_t>>& slots) {
        for (const std::string_view name : names) {
            if (name.empty()) {
                slots.emplace_back();
                continue;
            }
            const auto index = index_of(name, GraphValue::Kind::inner);
            if (!index) return false;
            slots.emplace_back(index);
        }
        return true;
    }

    void describe_attribute(AttributeView& view, GraphNode& node) {
        if (node.attributes.size() == node_attribute_limit) {
            ++description_.left_out_attributes;
            return;
        }
        AttributeText shown = attribute_text(view);
        GraphAttribute attribute{text(view.name), std::move(shown.type), text(shown.value), {}};
        if (view.graph.is_present()) add_subgraph(std::move(view.graph), attribute);
        for (const std::string_view bytes : view.graphs) {
            MessageBytes graph;
            graph.add(bytes);
            add_subgraph(std::move(graph), attribute);
        }
        node.attributes.push_back(std::move(attribute));
    }

    void add_subgraph(MessageBytes bytes, GraphAttribute& attribute) {
        const auto index = begin_graph(std::move(bytes), nullptr, graph_);
        if (index) {
            attribute.graphs.push_back(*index);
        } else {
            ++description_.left_out_subgraphs;
        }
    }

    void add_port(std::string_view name, GraphValue::Kind kind, std::vector<std::size_t>& ports) {
        const auto index = index_of(name, kind);
        if (index && take(json_size_of_port(*index))) {
            ports.push_back(*index);
        } else {
            ++graph().left_out_ports;
        }
    }

    /// Initializers that no node reads: those of subgraphs, and unused ones.
    void describe_other_initializers(const GraphView& view) {
        const auto add = [&](const std::string& name) {
            if (!index_of(name, GraphValue::Kind::inner)) ++graph().left_out_initializers;
        };
        for (const auto* tensor : view.initializers) add(tensor->name());
        for (const auto* tensor : view.sparse_initializers) add(tensor->values().name());
    }

    /// The index of a value in the present graph, which is added if necessary. Nothing when there
    /// is no space for it.
    std::optional<std::size_t> index_of(std::string_view name, GraphValue::Kind kind) {
        auto& names = names_[graph_];
        const auto found = names.find(name);
        if (found != names.end()) return found->second;
        GraphValue value = described_value(name, kind);
        if (!take(json_size(value))) return std::nullopt;
        const std::size_t index = graph().values.size();
        names.emplace(name, index);
        graph().values.push_back(std::move(value));
        return index;
    }

    GraphValue described_value(std::string_view name, GraphValue::Kind kind) {
        GraphValue value;
        value.name = text(name);
        value.kind = kind;
        const auto dense = declared_.initializers.find(name);
        const auto sparse = declared_.sparse.find(name);
        const auto type = declared_.types.find(name);
        if (dense != declared_.initializers.end()) {
            describe_tensor(*dense->second, value);
        } else if (sparse != declared_.sparse.end()) {
            describe_sparse(*sparse->second, value);
        } else if (type != declared_.types.end()) {
            describe_type(*type->second, value);
        }
        if (value.kind == GraphValue::Kind::inner && !declared_.outputs_of_nodes.contains(name)) {
            value.outer = place_outside(name);
            if (value.outer) value.kind = GraphValue::Kind::outer;
        }
        return value;
    }

    /// The value of that name in the nearest enclosing graph that has one.
    std::optional<GraphValue::Place> place_outside(std::string_view name) const {
        for (auto above = pending_[graph_].parent; above; above = pending_[*above].parent) {
            const auto found = names_[*above].find(name);
            if (found != names_[*above].end()) return GraphValue::Place{*above, found->second};
        }
        return std::nullopt;
    }

    template <class Dims>
    static Shape shape_with(const Dims& dims) {
        Shape shape;
        for (const std::int64_t dimension : dims) {
            if (shape.size() == dimension_limit) break;
            shape.emplace_back(dimension);
        }
        return shape;
    }

    static void describe_tensor(const onnx_lite::TensorProto& tensor, GraphValue& value) {
        value.kind = GraphValue::Kind::initializer;
        value.type = fmt::format("tensor({})", element_type_name(tensor.data_type()));
        value.shape = shape_with(tensor.dims());
    }

    static void describe_sparse(const onnx_lite::SparseTensorProto& tensor, GraphValue& value) {
        value.kind = GraphValue::Kind::sparse_initializer;
        value.type =
            fmt::format("sparse_tensor({})", element_type_name(tensor.values().data_type()));
        value.shape = shape_with(tensor.dims());
    }

    void describe_type(const onnx_lite::TypeProto& type, GraphValue& value) {
        value.type = text(type_text(type));
        if (!has_shape(type)) return;
        value.shape = shape_of(type);
        if (value.shape->size() > dimension_limit) value.shape->resize(dimension_limit);
        for (Dimension& dimension : *value.shape) {
            if (auto* name = std::get_if<std::string>(&dimension)) *name = text(*name);
        }
    }

    DescribedGraph& graph() { return description_.graphs[graph_]; }

    std::uint64_t left_bytes_;
    SkeletonViewer viewer_;
    ModelView model_;
    NodeView node_;
    GraphDescription description_;
    std::deque<PendingGraph> pending_;  ///< by index of the graph
    /// Values by name, by index of the graph.
    std::vector<std::unordered_map<std::string_view, std::size_t>> names_;
    // The graph that is being described:
    std::size_t graph_ = 0;
    Declarations declared_;
};

}  // namespace

std::variant<GraphDescription, SkeletonError> describe_graph(const ByteSource& source,
                                                             std::uint64_t limit_bytes) {
    auto read = read_skeleton(source);
    if (auto* error = std::get_if<SkeletonError>(&read)) return std::move(*error);
    try {
        return GraphDescriber(limit_bytes).describe(std::get<OnnxSkeleton>(read));
    } catch (const MalformedSkeleton&) {
        return SkeletonError{0, "is not an ONNX model: its messages don't fit ONNX's definition"};
    }
}

}  // namespace onnxhub
