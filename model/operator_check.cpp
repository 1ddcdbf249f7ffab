// SPDX-License-Identifier: Apache-2.0
#include "model/operator_check.h"

#include <fmt/format.h>
#include <google/protobuf/arena.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "model/node_check.h"
#include "model/onnx_messages.pb.h"
#include "model/onnx_types.h"
#include "model/operator_findings.h"
#include "model/operator_table.h"
#include "model/tensor_size.h"

namespace onnxhub {
namespace {

std::string_view short_domain(const std::string& domain) {
    return domain == "ai.onnx" ? std::string_view() : std::string_view(domain);
}

/// The opsets of a model or of one of its functions, by domain.
using Opsets = std::map<std::string_view, std::int64_t>;

Opsets opsets_of(const auto& imports) {
    Opsets opsets;
    for (const auto& import : imports) opsets[short_domain(import.domain())] = import.version();
    return opsets;
}

using FunctionId = std::tuple<std::string_view, std::string_view, std::string_view>;

/// The values that the nodes of a graph may use.
struct Scope {
    const Scope* outer = nullptr;
    std::unordered_map<std::string_view, ValueType> values;  ///< defined so far
    std::unordered_set<std::string_view> later;              ///< outputs of any node
    std::unordered_map<std::string_view, ValueType> stated;  ///< types in value_info

    const ValueType* find(std::string_view name) const {
        for (const Scope* scope = this; scope; scope = scope->outer) {
            const auto found = scope->values.find(name);
            if (found != scope->values.end()) return &found->second;
        }
        return nullptr;
    }

    bool comes_later(std::string_view name) const {
        for (const Scope* scope = this; scope; scope = scope->outer) {
            if (scope->later.contains(name)) return true;
        }
        return false;
    }
};

class ModelOperatorChecker {
public:
    ModelOperatorChecker(const onnx_lite::ModelProto& model, OperatorReport& report)
        : model_(model), report_(report), findings_(report) {}

    void check() {
        for (const auto& function : model_.functions()) {
            functions_.emplace(
                FunctionId{short_domain(function.domain()), function.name(), function.overload()},
                &function);
        }
        model_opsets_ = opsets_of(model_.opset_import());
        // Before IR version 3 there were no imports and one opset.
        if (model_opsets_.empty() && model_.ir_version() < 3) model_opsets_[""] = 1;
        opsets_ = &model_opsets_;
        check_graph(model_.graph(), nullptr, "");
        for (const auto& function : model_.functions()) check_function(function);
    }

private:
    void check_function(const onnx_lite::FunctionProto& function) {
        const Opsets own = opsets_of(function.opset_import());
        // Some exporters state the opsets of a function in the model alone.
        opsets_ = own.empty() ? &model_opsets_ : &own;
        const std::string within = fmt::format(" of the function {}", shown_name(function.name()));
        Scope scope;
        for (const std::string& input : function.input()) define(scope, input, {}, within);
        check_nodes(function.node(), scope, within);
        for (const std::string& output : function.output()) {
            check_output(scope, output, {}, within);
        }
        opsets_ = &model_opsets_;
    }

    ValueType type_of(const onnx_lite::TypeProto& type) const {
        return table_.type_index(type_text(type));
    }

    ValueType type_of(const onnx_lite::TensorProto& tensor) const {
        onnx_lite::TypeProto type;
        type.mutable_tensor_type()->set_elem_type(tensor.data_type());
        return type_of(type);
    }

    /// Inputs and initializers may share a name: the initializer is the input's default.
    void check_graph(const onnx_lite::GraphProto& graph, const Scope* outer,
                     const std::string& within) {
        Scope scope;
        scope.outer = outer;
        for (const auto& input : graph.input()) {
            define(scope, input.name(), type_of(input.type()), within);
        }
        for (const auto& tensor : graph.initializer()) {
            scope.values.try_emplace(tensor.name(), type_of(tensor));
            check_tensor(tensor, shown_name(tensor.name()), within);
        }
        for (const auto& tensor : graph.sparse_initializer()) {
            scope.values.try_emplace(tensor.values().name(), std::nullopt);
        }
        for (const auto& value : graph.value_info()) {
            scope.stated.emplace(value.name(), type_of(value.type()));
        }
        for (const auto& output : graph.output()) {
            scope.stated.emplace(output.name(), type_of(output.type()));
        }
        check_nodes(graph.node(), scope, within);
        for (const auto& output : graph.output()) {
            check_output(scope, output.name(), type_of(output.type()), within);
        }
    }

    void check_tensor(const onnx_lite::TensorProto& tensor, const std::string& what,
                      std::string_view within) {
        if (const auto error = tensor_size_error(tensor)) {
            findings_.add(OperatorProblem::tensor_size, what,
                          fmt::format("the tensor {}{} {}", what, within, *error));
        }
    }

    void define(Scope& scope, const std::string& name, ValueType type, std::string_view within) {
        if (name.empty() || scope.values.try_emplace(name, type).second) return;
        findings_.add(OperatorProblem::repeated_name, name,
                      fmt::format("the name {} is that of two values{}", shown_name(name), within));
    }

    void check_output(const Scope& scope, const std::string& name, ValueType stated,
                      std::string_view within) {
        const ValueType* type = scope.find(name);
        if (!type) {
            findings_.add(
                OperatorProblem::undefined_name, name,
                fmt::format("no node produces the output {}{}", shown_name(name), within));
        } else if (*type && stated && **type != *stated) {
            report_stated_type(name, **type, *stated, within);
        }
    }

    void report_stated_type(std::string_view name, TypeIndex type, TypeIndex stated,
                            std::string_view within) {
        findings_.add(
            OperatorProblem::value_type, name,
            fmt::format("the value {}{} has the type {}, but the graph states {}", shown_name(name),
                        within, table_.type_name(type), table_.type_name(stated)));
    }

    void check_nodes(const auto& nodes, Scope& scope, const std::string& within) {
        for (const auto& node : nodes) {
            for (const std::string& output : node.output()) {
                if (!output.empty()) scope.later.insert(output);
            }
        }
        std::size_t number = 0;
        for (const onnx_lite::NodeProto& node : nodes) {
            report_.node_count += 1;
            check_node_of(node, NodePlace{++number, within}, scope);
        }
    }

    void check_node_of(const onnx_lite::NodeProto& node, const NodePlace& place, Scope& scope) {
        std::vector<ValueType> types;
        types.reserve(static_cast<std::size_t>(node.input_size()));
        for (const std::string& input : node.input()) {
            types.push_back(use(input, node, place, scope));
        }
        check_attributes(node, place, scope);
        std::vector<ValueType> outputs = check_operator({node, place, types});
        outputs.resize(static_cast<std::size_t>(node.output_size()));
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            define_output(node.output(static_cast<int>(i)), outputs[i], node, place, scope);
        }
    }

    ValueType use(const std::string& name, const onnx_lite::NodeProto& node, const NodePlace& place,
                  const Scope& scope) {
        if (name.empty()) return std::nullopt;
        if (const ValueType* type = scope.find(name)) return *type;
        if (scope.comes_later(name)) {
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

    void define_output(const std::string& name, ValueType type, const onnx_lite::NodeProto& node,
                       const NodePlace& place, Scope& scope) {
        if (name.empty()) return;
        const auto stated = scope.stated.find(name);
        if (stated != scope.stated.end() && stated->second) {
            if (type && *type != *stated->second) {
                findings_.add(
                    OperatorProblem::value_type, node, place, "",
                    fmt::format("produces {} of type {}, but the graph states {}", shown_name(name),
                                table_.type_name(*type), table_.type_name(*stated->second)));
            }
            type = stated->second;
        }
        if (scope.values.try_emplace(name, type).second) return;
        findings_.add(
            OperatorProblem::repeated_name, node, place, "",
            fmt::format("produces {}, which is the name of another value", shown_name(name)));
    }

    void check_attributes(const onnx_lite::NodeProto& node, const NodePlace& place,
                          const Scope& scope) {
        for (const auto& attribute : node.attribute()) {
            if (attribute.has_t()) {
                const std::string what = shown_name(attribute.name());
                if (const auto error = tensor_size_error(attribute.t())) {
                    findings_.add(OperatorProblem::tensor_size, node, place, attribute.name(),
                                  fmt::format("has the tensor {}, which {}", what, *error));
                }
            }
            if (!attribute.has_g() && attribute.graphs().empty()) continue;
            const std::string within =
                fmt::format(" of {} in node {}{}", shown_name(attribute.name()), place.number,
                            place.within.size() > within_limit ? " of …" : place.within);
            if (attribute.has_g()) check_graph(attribute.g(), &scope, within);
            for (const auto& graph : attribute.graphs()) check_graph(graph, &scope, within);
        }
    }

    std::vector<ValueType> check_operator(const CheckedNode& checked) {
        const onnx_lite::NodeProto& node = checked.node;
        const std::string_view domain = short_domain(node.domain());
        const auto function = functions_.find({domain, node.op_type(), node.overload()});
        if (function != functions_.end()) return check_call(checked, *function->second);
        const auto opset = opsets_->find(domain);
        if (opset == opsets_->end()) {
            findings_.add(OperatorProblem::opset_not_imported, domain,
                          fmt::format("nodes use the domain {}, but the model does not import an "
                                      "opset of it",
                                      domain.empty() ? "ai.onnx" : shown_name(domain)));
            return {};
        }
        if (!table_.has_domain(domain)) {
            note_unknown_domain(node);
            return {};
        }
        if (opset->second > table_.newest_opset(domain)) {
            report_.newer_opsets[std::string(domain)] = opset->second;
        }
        return check_version(checked, domain, opset->second);
    }

    std::vector<ValueType> check_version(const CheckedNode& checked, std::string_view domain,
                                         std::int64_t opset) {
        const onnx_lite::NodeProto& node = checked.node;
        const bool is_newer = opset > table_.newest_opset(domain);
        const auto* versions = table_.versions(domain, node.op_type());
        if (!versions) {
            if (!is_newer) {
                findings_.add(OperatorProblem::unknown_operator, node, checked.place, "",
                              "uses an operator that does not exist");
            }
            return {};
        }
        const auto known_opset =
            static_cast<int>(std::min<std::int64_t>(opset, table_.newest_opset(domain)));
        const OperatorVersion* version = version_for(*versions, known_opset);
        if (!version) {
            findings_.add(OperatorProblem::newer_operator, node, checked.place, "",
                          fmt::format("uses an operator that was added in opset {}, but the model "
                                      "imports opset {}",
                                      versions->front().since, opset));
            return {};
        }
        if (version->is_deprecated) {
            findings_.add(OperatorProblem::removed_operator, node, checked.place, "",
                          fmt::format("uses an operator that opset {} removed", version->since));
            return {};
        }
        // A newer opset may have changed the operator.
        if (is_newer) return {};
        return check_node(checked, *version, table_, findings_);
    }

    /// Functions state no types.
    std::vector<ValueType> check_call(const CheckedNode& checked,
                                      const onnx_lite::FunctionProto& function) {
        const auto check_count = [&](int count, int most, const char* what,
                                     OperatorProblem problem) {
            if (count <= most) return;
            findings_.add(problem, checked.node, checked.place, "",
                          fmt::format("has {} {}, and the function has {}", count, what, most));
        };
        check_count(checked.node.input_size(), function.input_size(), "inputs",
                    OperatorProblem::input_count);
        check_count(checked.node.output_size(), function.output_size(), "outputs",
                    OperatorProblem::output_count);
        return {};
    }

    void note_unknown_domain(const onnx_lite::NodeProto& node) {
        if (unknown_operators_ >= operator_finding_limit) return;
        std::string domain = shown_name(node.domain());
        std::string name = shown_name(node.op_type());
        auto& operators = report_.unknown_domains[domain.substr(1, domain.size() - 2)];
        if (operators.insert(name.substr(1, name.size() - 2)).second) ++unknown_operators_;
    }

    /// Longer places of nested graphs are cut.
    static constexpr std::size_t within_limit = 200;  // bytes

    const onnx_lite::ModelProto& model_;
    OperatorReport& report_;
    OperatorFindings findings_;
    const OperatorTable& table_ = OperatorTable::known();
    std::map<FunctionId, const onnx_lite::FunctionProto*> functions_;
    Opsets model_opsets_;
    const Opsets* opsets_ = nullptr;
    std::size_t unknown_operators_ = 0;
};

}  // namespace

OperatorReport check_operators(const OnnxSkeleton& skeleton) {
    OperatorReport report;
    // One arena instead of an allocation for each node and list, which take half of the time.
    google::protobuf::Arena arena;
    auto& model = *google::protobuf::Arena::CreateMessage<onnx_lite::ModelProto>(&arena);
    if (model.ParseFromString(skeleton.model)) ModelOperatorChecker(model, report).check();
    return report;
}

}  // namespace onnxhub
