// SPDX-License-Identifier: Apache-2.0
#include "model/node_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "manifest/element_type.h"
#include "model/onnx_messages.pb.h"
#include "model/skeleton_view.h"

namespace onnxhub {
namespace {

using onnx_lite::AttributeProto;

/// The kind of an attribute as the operators' definitions name it.
struct KindInfo {
    AttributeKind kind;
    int type;  ///< AttributeProto::AttributeType
    std::string_view name;
};

constexpr KindInfo kinds[] = {
    {AttributeKind::integer, AttributeProto::INT, "an integer"},
    {AttributeKind::integers, AttributeProto::INTS, "a list of integers"},
    {AttributeKind::real, AttributeProto::FLOAT, "a float"},
    {AttributeKind::reals, AttributeProto::FLOATS, "a list of floats"},
    {AttributeKind::string, AttributeProto::STRING, "a string"},
    {AttributeKind::strings, AttributeProto::STRINGS, "a list of strings"},
    {AttributeKind::tensor, AttributeProto::TENSOR, "a tensor"},
    {AttributeKind::sparse_tensor, AttributeProto::SPARSE_TENSOR, "a sparse tensor"},
    {AttributeKind::graph, AttributeProto::GRAPH, "a graph"},
    {AttributeKind::type, AttributeProto::TYPE_PROTO, "a type"},
};

const KindInfo& info_of(AttributeKind kind) {
    return *std::ranges::find(kinds, kind, &KindInfo::kind);
}

std::string_view name_of(int type) {
    const auto* found = std::ranges::find(kinds, type, &KindInfo::type);
    return found == std::end(kinds) ? "something else" : found->name;
}

/// "2", "1 to 3", "at least 1".
std::string range_text(const OperatorPorts& ports) {
    if (ports.most == std::numeric_limits<std::size_t>::max()) {
        return fmt::format("at least {}", ports.least);
    }
    if (ports.least == ports.most) return fmt::format("{}", ports.least);
    return fmt::format("{} to {}", ports.least, ports.most);
}

/// The type of a set that has one.
TypeIndex only_type(const TypeSet& types) {
    TypeIndex type = 0;
    while (!types.test(type)) ++type;
    return type;
}

}  // namespace

void NodeChecker::check(const CheckedNode& checked, const OperatorVersion& version,
                        std::vector<ValueType>& output_types) {
    checked_ = &checked;
    version_ = &version;
    bound_.clear();
    check_attributes();
    if (check_count(version.inputs, checked.node.inputs.size(), "input",
                    OperatorProblem::input_count)) {
        check_inputs();
    }
    const std::size_t output_count = checked.node.outputs.size();
    check_count(version.outputs, output_count, "output", OperatorProblem::output_count);
    output_types.assign(output_count, std::nullopt);
    for (std::size_t i = 0; i < output_count; ++i) {
        if (const OperatorPort* port = version.outputs.at(i)) output_types[i] = output_type(*port);
    }
}

void NodeChecker::report(OperatorProblem problem, std::string_view subject, std::string message) {
    findings_.add(problem, checked_->node, checked_->place, subject, std::move(message));
}

bool NodeChecker::check_count(const OperatorPorts& ports, std::size_t count, const char* what,
                              OperatorProblem problem) {
    if (count >= ports.least && count <= ports.most) return true;
    report(problem, "",
           fmt::format("has {} {}{}, and the operator takes {}", count, what, count == 1 ? "" : "s",
                       range_text(ports)));
    return false;
}

void NodeChecker::check_attributes() {
    for (const AttributeView& attribute : checked_->node.attributes) check_attribute(attribute);
    for (const OperatorAttribute& attribute : version_->attributes) {
        if (attribute.is_required && !checked_->node.attribute(attribute.name)) {
            report(OperatorProblem::attribute_missing, attribute.name,
                   fmt::format("lacks the attribute {}", shown_name(attribute.name)));
        }
    }
}

void NodeChecker::check_attribute(const AttributeView& attribute) {
    const OperatorAttribute* known = version_->attribute(attribute.name);
    if (!known) {
        report(OperatorProblem::unknown_attribute, attribute.name,
               fmt::format("has the attribute {}, which version {} of the operator does not have",
                           shown_name(attribute.name), version_->since));
        return;
    }
    // Models of IR versions 1 and 2 state no types.
    if (attribute.type == AttributeProto::UNDEFINED) return;
    const KindInfo& expected = info_of(known->kind);
    if (attribute.type == expected.type) return;
    report(OperatorProblem::attribute_type, attribute.name,
           fmt::format("has the attribute {} with {}, and the operator takes {}",
                       shown_name(attribute.name), name_of(attribute.type), expected.name));
}

void NodeChecker::check_inputs() {
    const std::vector<std::string_view>& inputs = checked_->node.inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const OperatorPort* port = version_->inputs.at(i);
        if (!port) return;
        if (inputs[i].empty()) {
            if (port->is_optional || port->is_variadic) continue;
            report(OperatorProblem::input_missing, port->name,
                   fmt::format("lacks the input {}", shown_name(port->name)));
        } else if (const ValueType type = checked_->input_types[i]) {
            check_type(*port, *type, inputs[i]);
        }
    }
}

void NodeChecker::check_type(const OperatorPort& port, TypeIndex type, std::string_view value) {
    if (!port.types.test(type)) {
        report(OperatorProblem::value_type, port.name,
               fmt::format("has the input {} of type {}, which the operator does not take as {}",
                           shown_name(value), table_.type_name(type), shown_name(port.name)));
        return;
    }
    if (port.variable.empty() || port.is_mixed) return;
    const auto bound = std::ranges::find(bound_, port.variable, &BoundVariable::name);
    if (bound == bound_.end()) {
        bound_.push_back({port.variable, type});
    } else if (bound->type != type) {
        report(
            OperatorProblem::value_type, port.name,
            fmt::format("has the input {} of type {}, but another input has the type {}, and "
                        "the operator takes equal types",
                        shown_name(value), table_.type_name(type), table_.type_name(bound->type)));
    }
}

ValueType NodeChecker::output_type(const OperatorPort& port) const {
    if (port.is_mixed) return std::nullopt;
    const auto bound = std::ranges::find(bound_, port.variable, &BoundVariable::name);
    if (!port.variable.empty() && bound != bound_.end()) return bound->type;
    if (const ValueType stated = stated_type(); stated && port.types.test(*stated)) {
        return stated;
    }
    if (port.types.count() != 1) return std::nullopt;
    return only_type(port.types);
}

/// The type that an attribute of Cast or Constant states.
ValueType NodeChecker::stated_type() const {
    const NodeView& node = checked_->node;
    if (!node.domain.empty() && node.domain != "ai.onnx") return std::nullopt;
    int element = 0;
    if (node.op_type == "Cast") {
        const AttributeView* to = node.attribute("to");
        if (to && to->type == AttributeProto::INT) element = static_cast<int>(to->integer);
    } else if (node.op_type == "Constant") {
        const AttributeView* value = node.attribute("value");
        if (value && value->tensor) element = value->tensor->data_type();
    }
    if (element == 0) return std::nullopt;
    return table_.type_index(fmt::format("tensor({})", element_type_name(element)));
}

}  // namespace onnxhub
