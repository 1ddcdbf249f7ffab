// SPDX-License-Identifier: Apache-2.0
// What check_operators() finds in a graph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace onnxhub {

enum class OperatorProblem {
    unknown_operator,    ///< its domain is known and has no such operator
    newer_operator,      ///< was added after the opset that the model imports
    removed_operator,    ///< was removed at or before that opset
    input_count,         ///< too few or too many inputs
    input_missing,       ///< a required input has no name
    output_count,        ///< too few or too many outputs
    unknown_attribute,   ///< the operator has no such attribute at this opset
    attribute_type,      ///< the attribute has another type
    attribute_missing,   ///< a required attribute is absent
    value_type,          ///< a value has a type that the operator does not take
    undefined_name,      ///< an input or a graph output that nothing produces
    name_used_early,     ///< an input that a later node produces
    repeated_name,       ///< a value with the name of another one
    tensor_size,         ///< a tensor whose dimensions and data disagree
    opset_not_imported,  ///< a domain whose opset the model does not state
};

/// Equal findings of nodes with the same operator are one.
struct OperatorFinding {
    OperatorProblem problem = OperatorProblem::unknown_operator;
    /// The first node, such as `node 12 (Conv "conv1")`; empty: the graph.
    std::string node;
    std::string message;      ///< one clause, in UTF-8
    std::uint64_t count = 1;  ///< nodes or values with it
};

/// The node and the message: one clause.
std::string to_text(const OperatorFinding& finding);

/// Whether runtimes refuse the model; a removed operator is a warning.
bool is_error(const OperatorFinding& finding);

/// More distinct findings are only counted.
inline constexpr std::size_t operator_finding_limit = 100;

struct OperatorReport {
    std::vector<OperatorFinding> findings;  ///< in the order of the graph
    std::uint64_t further_findings = 0;     ///< above the limit
    /// Operators of domains without facts, by domain; bounded as the findings are.
    std::map<std::string, std::set<std::string>> unknown_domains;
    /// Domains that the model imports in a newer opset than the facts have.
    std::map<std::string, std::int64_t> newer_opsets;
    std::uint64_t node_count = 0;  ///< in subgraphs and functions too

    const OperatorFinding* first_error() const;  ///< null: there is none
};

}  // namespace onnxhub
