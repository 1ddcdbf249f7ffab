// SPDX-License-Identifier: Apache-2.0
// Checks a graph by the definitions of ONNX's operators, of every opset that OperatorTable has.
#pragma once

#include "model/onnx_skeleton.h"
#include "model/operator_report.h"

namespace onnxhub {

/// Checks nodes, names, types and tensors of the graph, its subgraphs and its functions, in linear
/// time. Nodes of functions of the model are checked by these; other domains without facts are
/// listed. A skeleton that cannot be parsed gives an empty report. Thread-safe.
///
/// Rules: https://github.com/onnx/onnx/blob/main/docs/IR.md
OperatorReport check_operators(const OnnxSkeleton& skeleton);

}  // namespace onnxhub
