// SPDX-License-Identifier: Apache-2.0
// Compares one node with the version of its operator. Only the .cpp files of this module include
// this header.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/operator_findings.h"
#include "model/operator_table.h"

namespace onnxhub {

struct AttributeView;

/// The type of a value; nullopt: not known.
using ValueType = std::optional<TypeIndex>;

/// A node in its graph.
struct CheckedNode {
    const NodeView& node;
    NodePlace place;
    const std::vector<ValueType>& input_types;  ///< one for each input
};

/// Checks one node after the other, and uses the same memory for all.
class NodeChecker {
public:
    NodeChecker(const OperatorTable& table, OperatorFindings& findings)
        : table_(table), findings_(findings) {}

    /// Reports what differs from `version`, and fills the types of the outputs, one for each.
    void check(const CheckedNode& checked, const OperatorVersion& version,
               std::vector<ValueType>& output_types);

private:
    struct BoundVariable {
        std::string_view name;
        TypeIndex type;
    };

    void report(OperatorProblem problem, std::string_view subject, std::string message);
    bool check_count(const OperatorPorts& ports, std::size_t count, const char* what,
                     OperatorProblem problem);
    void check_attributes();
    void check_attribute(const AttributeView& attribute);
    void check_inputs();
    void check_type(const OperatorPort& port, TypeIndex type, std::string_view value);
    ValueType output_type(const OperatorPort& port) const;
    ValueType stated_type() const;

    const OperatorTable& table_;
    OperatorFindings& findings_;
    const CheckedNode* checked_ = nullptr;      ///< of the present call
    const OperatorVersion* version_ = nullptr;  ///< of the present call
    std::vector<BoundVariable> bound_;
};

}  // namespace onnxhub
