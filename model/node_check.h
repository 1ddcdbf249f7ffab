// SPDX-License-Identifier: Apache-2.0
// Compares one node with the version of its operator. Only the .cpp files of this module include
// this header.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "model/operator_findings.h"
#include "model/operator_table.h"

namespace onnxhub {

/// The type of a value; nullopt: not known.
using ValueType = std::optional<TypeIndex>;

/// A node in its graph.
struct CheckedNode {
    const onnx_lite::NodeProto& node;
    NodePlace place;
    const std::vector<ValueType>& input_types;  ///< one for each input
};

/// Reports what differs from `version`, and returns the types of the outputs.
std::vector<ValueType> check_node(const CheckedNode& checked, const OperatorVersion& version,
                                  const OperatorTable& table, OperatorFindings& findings);

}  // namespace onnxhub
