// SPDX-License-Identifier: Apache-2.0
#include "model/operator_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "model/node_check.h"
#include "model/onnx_messages.pb.h"
#include "model/onnx_types.h"
#include "model/operator_findings.h"
#include "model/operator_table.h"
#include "model/skeleton_view.h"
#include "model/tensor_size.h"

namespace onnxhub {
namespace {

std::string_view short_domain(std::string_view domain) {
    return domain == "ai.onnx" ? std::string_view() : domain;
}

/// Domain without alias, name, overload.
struct OperatorId {
    std::string_view domain;
    std::string_view name;
    std::string_view overload;

    auto operator<=>(const OperatorId&) const = default;
};

struct OperatorIdHash {
    std::size_t operator()(const OperatorId& id) const {
        const std::hash<std::string_view> hash;
        std::size_t value = hash(id.name);
        if (!id.domain.empty()) value = value * 31 + hash(id.domain);
        if (!id.overload.empty()) value = value * 31 + hash(id.overload);
        return value;
    }
};

/// What all nodes of one operator have in common.
struct Operator {
    const FunctionView* function = nullptr;  ///< of the model; if so, nothing else is set
    bool is_imported = false;
    bool has_facts = false;  ///< its domain is in the table
    bool is_newer = false;   ///< the imported opset is newer than the table
    std::int64_t opset = 0;
    const std::vector<OperatorVersion>* versions = nullptr;
    const OperatorVersion* version = nullptr;
};

/// The opsets of a model or of one of its functions.
struct Imports {
    std::map<std::string_view, std::int64_t> opsets;                     ///< by domain
    std::unordered_map<OperatorId, Operator, OperatorIdHash> operators;  ///< used so far

    explicit Imports(const std::vector<const onnx_lite::OperatorSetIdProto*>& stated) {
        for (const auto* import : stated)
            opsets[short_domain(import->domain())] = import->version();
    }
};

/// The values that the nodes of a graph may use.
class Scope {
public:
    Scope(Scope* outer, const std::vector<std::string_view>& nodes) : outer_(outer), nodes_(nodes) {
        values_.reserve(nodes.size());
    }

    /// False when the scope has the name already.
    bool define(std::string_view name, ValueType type) {
        return values_.try_emplace(name, type).second;
    }

    /// The type that value_info or an output of the graph states; the first one counts.
    void state(std::string_view name, ValueType type) { stated_.emplace(name, type); }

    ValueType stated(std::string_view name) const {
        const auto found = stated_.find(name);
        return found == stated_.end() ? std::nullopt : found->second;
    }

    const ValueType* find(std::string_view name) const {
        for (const Scope* scope = this; scope; scope = scope->outer_) {
            const auto found = scope->values_.find(name);
            if (found != scope->values_.end()) return &found->second;
        }
        return nullptr;
    }

    /// Whether any node of this scope or an outer one has the output. Valid graphs never ask.
    bool has_output(std::string_view name) {
        for (Scope* scope = this; scope; scope = scope->outer_) {
            if (scope->outputs().contains(name)) return true;
        }
        return false;
    }

private:
    const std::unordered_set<std::string_view>& outputs() {
        if (!outputs_) {
            std::vector<std::string_view> names;
            for (const std::string_view node : nodes_) append_outputs(node, names);
            outputs_.emplace(names.begin(), names.end());
        }
        return *outputs_;
    }

    Scope* outer_;
    const std::vector<std::string_view>& nodes_;
    std::pmr::monotonic_buffer_resource memory_;
    std::pmr::unordered_map<std::string_view, ValueType> values_{&memory_};  ///< defined so far
    std::unordered_map<std::string_view, ValueType> stated_;
    std::optional<std::unordered_set<std::string_view>> outputs_;
};

class ModelOperatorChecker {
public:
    explicit ModelOperatorChecker(OperatorReport& report)
        : report_(report), findings_(report), node_checker_(table_, findings_) {}

    void check(std::string_view bytes) {
        const ModelView model = viewer_.model(bytes);
        for (const FunctionView& function : model.functions) {
            functions_.emplace(
                OperatorId{short_domain(function.domain), function.name, function.overload},
                &function);
        }
        Imports imports(model.opset_imports);
        // Before IR version 3 there were no imports and one opset.
        if (imports.opsets.empty() && model.ir_version < 3) imports.opsets[""] = 1;
        imports_ = &imports;
        check_graph(model.graph.bytes(), nullptr, "");
        for (const FunctionView& function : model.functions) {
            // Some exporters state the opsets of a function in the model alone.
            Imports own(function.opset_imports);
            imports_ = own.opsets.empty() ? &imports : &own;
            check_function(function);
        }
    }

private:
    /// What checking a node uses; each graph has one, for all of its nodes.
    struct NodeWork {
        NodeView node;
        std::vector<ValueType> input_types;
        std::vector<ValueType> output_types;
    };

    void check_function(const FunctionView& function) {
        const std::string within = fmt::format(" of the function {}", shown_name(function.name));
        Scope scope(nullptr, function.nodes);
        for (const std::string_view input : function.inputs) define(scope, input, {}, within);
        check_nodes(function.nodes, scope, within);
        for (const std::string_view output : function.outputs) {
            check_output(scope, output, {}, within);
        }
    }

    ValueType type_of(const onnx_lite::TypeProto& type) {
        if (type.has_tensor_type()) return tensor_type(type.tensor_type().elem_type());
        return table_.type_index(type_text(type));
    }

    ValueType tensor_type(int element) {
        const auto find = [&] {
            onnx_lite::TypeProto type;
            type.mutable_tensor_type()->set_elem_type(element);
            return table_.type_index(type_text(type));
        };
        if (element < 0 || element >= static_cast<int>(tensor_types_.size())) return find();
        auto& known = tensor_types_[static_cast<std::size_t>(element)];
        if (!known) known = find();
        return *known;
    }

    /// Inputs and initializers may share a name: the initializer is the input's default.
    void check_graph(std::string_view bytes, Scope* outer, const std::string& within) {
        const GraphView graph = viewer_.graph(bytes);
        Scope scope(outer, graph.nodes);
        for (const auto* input : graph.inputs) {
            define(scope, input->name(), type_of(input->type()), within);
        }
        for (const auto* tensor : graph.initializers) {
            scope.define(tensor->name(), tensor_type(tensor->data_type()));
            check_tensor(*tensor, within);
        }
        for (const auto* tensor : graph.sparse_initializers) {
            scope.define(tensor->values().name(), std::nullopt);
        }
        for (const auto* value : graph.values) scope.state(value->name(), type_of(value->type()));
        for (const auto* output : graph.outputs) {
            scope.state(output->name(), type_of(output->type()));
        }
        check_nodes(graph.nodes, scope, within);
        for (const auto* output : graph.outputs) {
            check_output(scope, output->name(), type_of(output->type()), within);
        }
    }

    void check_tensor(const onnx_lite::TensorProto& tensor, std::string_view within) {
        if (const auto error = tensor_size_error(tensor)) {
            const std::string what = shown_name(tensor.name());
            findings_.add(OperatorProblem::tensor_size, what,
                          fmt::format("the tensor {}{} {}", what, within, *error));
        }
    }

    void define(Scope& scope, std::string_view name, ValueType type, std::string_view within) {
        if (name.empty() || scope.define(name, type)) return;
        findings_.add(OperatorProblem::repeated_name, name,
                      fmt::format("the name {} is that of two values{}", shown_name(name), within));
    }

    void check_output(const Scope& scope, std::string_view name, ValueType stated,
                      std::string_view within) {
        const ValueType* type = scope.find(name);
        if (!type) {
            findings_.add(
                OperatorProblem::undefined_name, name,
                fmt::format("no node produces the output {}{}", shown_name(name), within));
        } else if (*type && stated && **type != *stated) {
            findings_.add(OperatorProblem::value_type, name,
                          fmt::format("the value {}{} has the type {}, but the graph states {}",
                                      shown_name(name), within, table_.type_name(**type),
                                      table_.type_name(*stated)));
        }
    }

    void check_nodes(const std::vector<std::string_view>& nodes, Scope& scope,
                     const std::string& within) {
        NodeWork work;
        std::size_t number = 0;
        for (const std::string_view bytes : nodes) {
            report_.node_count += 1;
            viewer_.read_node(bytes, work.node);
            check_node(work, NodePlace{++number, within}, scope);
        }
    }

    void check_node(NodeWork& work, const NodePlace& place, Scope& scope) {
        const NodeView& node = work.node;
        work.input_types.clear();
        for (const std::string_view input : node.inputs) {
            work.input_types.push_back(use(input, node, place, scope));
        }
        check_attributes(node, place, scope);
        work.output_types.clear();
        check_operator({node, place, work.input_types}, work.output_types);
        work.output_types.resize(node.outputs.size());
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            define_output(node.outputs[i], work.output_types[i], node, place, scope);
        }
    }

    ValueType use(std::string_view name, const NodeView& node, const NodePlace& place,
                  Scope& scope) {
        if (name.empty()) return std::nullopt;
        if (const ValueType* type = scope.find(name)) return *type;
        if (scope.has_output(name)) {
            findings_.add(OperatorProblem::name_used_early, node, place, "",
                          fmt::format("uses {}, which it or a later node produces: nodes are not "
                                      "in order, or there is a cycle",
                                      shown_name(name)));
        } else {
            findings_.add(OperatorProblem::undefined_name, node, place, "",
                          fmt::format("uses {}, which nothing produces", shown_name(name)));
        }
        return std::nullopt;
    }

    void define_output(std::string_view name, ValueType type, const NodeView& node,
                       const NodePlace& place, Scope& scope) {
        if (name.empty()) return;
        if (const ValueType stated = scope.stated(name)) {
            if (type && *type != *stated) {
                findings_.add(
                    OperatorProblem::value_type, node, place, "",
                    fmt::format("produces {} of type {}, but the graph states {}", shown_name(name),
                                table_.type_name(*type), table_.type_name(*stated)));
            }
            type = stated;
        }
        if (scope.define(name, type)) return;
        findings_.add(
            OperatorProblem::repeated_name, node, place, "",
            fmt::format("produces {}, which is the name of another value", shown_name(name)));
    }

    void check_attributes(const NodeView& node, const NodePlace& place, Scope& scope) {
        for (const AttributeView& attribute : node.attributes) {
            if (attribute.tensor) {
                if (const auto error = tensor_size_error(*attribute.tensor)) {
                    findings_.add(OperatorProblem::tensor_size, node, place, attribute.name,
                                  fmt::format("has the tensor {}, which {}",
                                              shown_name(attribute.name), *error));
                }
            }
            if (!attribute.graph.is_present() && attribute.graphs.empty()) continue;
            const std::string within =
                fmt::format(" of {} in node {}{}", shown_name(attribute.name), place.number,
                            place.within.size() > within_limit ? " of …" : place.within);
            if (++depth_ > depth_limit) throw MalformedSkeleton();
            if (attribute.graph.is_present()) check_graph(attribute.graph.bytes(), &scope, within);
            for (const std::string_view graph : attribute.graphs) {
                check_graph(graph, &scope, within);
            }
            --depth_;
        }
    }

    /// The types that it does not know stay out of `output_types`.
    void check_operator(const CheckedNode& checked, std::vector<ValueType>& output_types) {
        const Operator& op = operator_of(checked.node);
        if (op.function) {
            check_call(checked, *op.function);
        } else if (!op.is_imported) {
            const std::string_view domain = short_domain(checked.node.domain);
            findings_.add(OperatorProblem::opset_not_imported, domain,
                          fmt::format("nodes use the domain {}, but the model does not import an "
                                      "opset of it",
                                      domain.empty() ? "ai.onnx" : shown_name(domain)));
        } else if (op.has_facts) {
            check_version(checked, op, output_types);
        }
    }

    const Operator& operator_of(const NodeView& node) {
        const OperatorId id{short_domain(node.domain), node.op_type, node.overload};
        const auto [found, is_new] = imports_->operators.try_emplace(id);
        if (is_new) found->second = find_operator(id, node);
        return found->second;
    }

    Operator find_operator(const OperatorId& id, const NodeView& node) {
        Operator op;
        const auto function = functions_.find(id);
        if (function != functions_.end()) {
            op.function = function->second;
            return op;
        }
        const auto opset = imports_->opsets.find(id.domain);
        if (opset == imports_->opsets.end()) return op;
        op.is_imported = true;
        op.opset = opset->second;
        op.has_facts = table_.has_domain(id.domain);
        if (!op.has_facts) {
            note_unknown_domain(node);
            return op;
        }
        const std::int64_t newest = table_.newest_opset(id.domain);
        op.is_newer = op.opset > newest;
        if (op.is_newer) report_.newer_opsets[std::string(id.domain)] = op.opset;
        op.versions = table_.versions(id.domain, id.name);
        if (op.versions) {
            op.version = version_for(*op.versions, static_cast<int>(std::min(op.opset, newest)));
        }
        return op;
    }

    void check_version(const CheckedNode& checked, const Operator& op,
                       std::vector<ValueType>& output_types) {
        const auto report = [&](OperatorProblem problem, std::string message) {
            findings_.add(problem, checked.node, checked.place, "", std::move(message));
        };
        if (!op.versions) {
            if (op.is_newer) return;
            report(OperatorProblem::unknown_operator, "uses an operator that does not exist");
        } else if (!op.version) {
            report(OperatorProblem::newer_operator,
                   fmt::format("uses an operator that was added in opset {}, but the model imports "
                               "opset {}",
                               op.versions->front().since, op.opset));
        } else if (op.version->is_deprecated) {
            report(OperatorProblem::removed_operator,
                   fmt::format("uses an operator that opset {} removed", op.version->since));
        } else if (!op.is_newer) {  // a newer opset may have changed the operator
            node_checker_.check(checked, *op.version, output_types);
        }
    }

    /// Functions state no types.
    void check_call(const CheckedNode& checked, const FunctionView& function) {
        const auto check_count = [&](std::size_t count, std::size_t most, const char* what,
                                     OperatorProblem problem) {
            if (count <= most) return;
            findings_.add(problem, checked.node, checked.place, "",
                          fmt::format("has {} {}, and the function has {}", count, what, most));
        };
        check_count(checked.node.inputs.size(), function.inputs.size(), "inputs",
                    OperatorProblem::input_count);
        check_count(checked.node.outputs.size(), function.outputs.size(), "outputs",
                    OperatorProblem::output_count);
    }

    void note_unknown_domain(const NodeView& node) {
        if (unknown_operators_ >= operator_finding_limit) return;
        std::string domain = shown_name(node.domain);
        std::string name = shown_name(node.op_type);
        auto& operators = report_.unknown_domains[domain.substr(1, domain.size() - 2)];
        if (operators.insert(name.substr(1, name.size() - 2)).second) ++unknown_operators_;
    }

    /// Longer places of nested graphs are cut.
    static constexpr std::size_t within_limit = 200;  // bytes

    /// Protobuf's limit is 100 messages, and a graph in a graph is three levels deeper.
    static constexpr int depth_limit = 33;

    OperatorReport& report_;
    OperatorFindings findings_;
    const OperatorTable& table_ = OperatorTable::known();
    NodeChecker node_checker_;
    SkeletonViewer viewer_;
    std::map<OperatorId, const FunctionView*> functions_;
    Imports* imports_ = nullptr;  ///< of the model or the function that is being checked
    std::array<std::optional<ValueType>, 64> tensor_types_;  ///< by element type, once looked up
    int depth_ = 0;
    std::size_t unknown_operators_ = 0;
};

}  // namespace

OperatorReport check_operators(const OnnxSkeleton& skeleton) {
    try {
        OperatorReport report;
        ModelOperatorChecker(report).check(skeleton.model);
        return report;
    } catch (const MalformedSkeleton&) {
        return {};
    }
}

}  // namespace onnxhub
