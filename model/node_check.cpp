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

namespace onnxhub {
namespace {

using onnx_lite::AttributeProto;

/// The kind of an attribute as the operators' definitions name it.
struct KindInfo {
    AttributeKind kind;
    AttributeProto::AttributeType type;
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

std::string_view name_of(AttributeProto::AttributeType type) {
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

const AttributeProto* find_attribute(const onnx_lite::NodeProto& node, std::string_view name) {
    for (const AttributeProto& attribute : node.attribute()) {
        if (attribute.name() == name) return &attribute;
    }
    return nullptr;
}

/// The type of a set that has one.
TypeIndex only_type(const TypeSet& types) {
    TypeIndex type = 0;
    while (!types.test(type)) ++type;
    return type;
}

class NodeChecker {
public:
    NodeChecker(const CheckedNode& checked, const OperatorVersion& version,
                const OperatorTable& table, OperatorFindings& findings)
        : checked_(checked),
          node_(checked.node),
          version_(version),
          table_(table),
          findings_(findings) {}

    std::vector<ValueType> check() {
        check_attributes();
        if (check_count(version_.inputs, node_.input_size(), "input",
                        OperatorProblem::input_count)) {
            check_inputs();
        }
        check_count(version_.outputs, node_.output_size(), "output", OperatorProblem::output_count);
        return output_types();
    }

private:
    void report(OperatorProblem problem, std::string_view subject, std::string message) {
        findings_.add(problem, node_, checked_.place, subject, std::move(message));
    }

    bool check_count(const OperatorPorts& ports, int size, const char* what,
                     OperatorProblem problem) {
        const auto count = static_cast<std::size_t>(size);
        if (count >= ports.least && count <= ports.most) return true;
        report(problem, "",
               fmt::format("has {} {}{}, and the operator takes {}", count, what,
                           count == 1 ? "" : "s", range_text(ports)));
        return false;
    }

    void check_attributes() {
        for (const AttributeProto& attribute : node_.attribute()) check_attribute(attribute);
        for (const OperatorAttribute& attribute : version_.attributes) {
            if (attribute.is_required && !find_attribute(node_, attribute.name)) {
                report(OperatorProblem::attribute_missing, attribute.name,
                       fmt::format("lacks the attribute {}", shown_name(attribute.name)));
            }
        }
    }

    void check_attribute(const AttributeProto& attribute) {
        const OperatorAttribute* known = version_.attribute(attribute.name());
        if (!known) {
            report(OperatorProblem::unknown_attribute, attribute.name(),
                   fmt::format("has the attribute {}, which version {} of the operator does not "
                               "have",
                               shown_name(attribute.name()), version_.since));
            return;
        }
        // Models of IR versions 1 and 2 state no types.
        if (attribute.type() == AttributeProto::UNDEFINED) return;
        const KindInfo& expected = info_of(known->kind);
        if (attribute.type() == expected.type) return;
        report(OperatorProblem::attribute_type, attribute.name(),
               fmt::format("has the attribute {} with {}, and the operator takes {}",
                           shown_name(attribute.name()), name_of(attribute.type()), expected.name));
    }

    void check_inputs() {
        for (int i = 0; i < node_.input_size(); ++i) {
            const auto index = static_cast<std::size_t>(i);
            const OperatorPort* port = version_.inputs.at(index);
            if (!port) return;
            if (node_.input(i).empty()) {
                if (port->is_optional || port->is_variadic) continue;
                report(OperatorProblem::input_missing, port->name,
                       fmt::format("lacks the input {}", shown_name(port->name)));
            } else if (const ValueType type = checked_.input_types[index]) {
                check_type(*port, *type, node_.input(i));
            }
        }
    }

    void check_type(const OperatorPort& port, TypeIndex type, const std::string& value) {
        if (!port.types.test(type)) {
            report(OperatorProblem::value_type, port.name,
                   fmt::format("has the input {} of type {}, which the operator does not take as "
                               "{}",
                               shown_name(value), table_.type_name(type), shown_name(port.name)));
            return;
        }
        if (port.variable.empty() || port.is_mixed) return;
        const auto bound = std::ranges::find(bound_, port.variable, &BoundVariable::name);
        if (bound == bound_.end()) {
            bound_.push_back({port.variable, type});
        } else if (bound->type != type) {
            report(OperatorProblem::value_type, port.name,
                   fmt::format("has the input {} of type {}, but another input has the type {}, "
                               "and the operator takes equal types",
                               shown_name(value), table_.type_name(type),
                               table_.type_name(bound->type)));
        }
    }

    std::vector<ValueType> output_types() const {
        std::vector<ValueType> types(static_cast<std::size_t>(node_.output_size()));
        for (std::size_t i = 0; i < types.size(); ++i) {
            if (const OperatorPort* port = version_.outputs.at(i)) types[i] = output_type(*port);
        }
        return types;
    }

    ValueType output_type(const OperatorPort& port) const {
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
    ValueType stated_type() const {
        if (!node_.domain().empty() && node_.domain() != "ai.onnx") return std::nullopt;
        int element = 0;
        if (node_.op_type() == "Cast") {
            const AttributeProto* to = find_attribute(node_, "to");
            if (to && to->type() == AttributeProto::INT) element = static_cast<int>(to->i());
        } else if (node_.op_type() == "Constant") {
            const AttributeProto* value = find_attribute(node_, "value");
            if (value && value->has_t()) element = value->t().data_type();
        }
        if (element == 0) return std::nullopt;
        return table_.type_index(fmt::format("tensor({})", element_type_name(element)));
    }

    struct BoundVariable {
        std::string_view name;
        TypeIndex type;
    };

    const CheckedNode& checked_;
    const onnx_lite::NodeProto& node_;
    const OperatorVersion& version_;
    const OperatorTable& table_;
    OperatorFindings& findings_;
    std::vector<BoundVariable> bound_;
};

}  // namespace

std::vector<ValueType> check_node(const CheckedNode& checked, const OperatorVersion& version,
                                  const OperatorTable& table, OperatorFindings& findings) {
    return NodeChecker(checked, version, table, findings).check();
}

}  // namespace onnxhub
