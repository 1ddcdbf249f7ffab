// SPDX-License-Identifier: Apache-2.0
// Finds contradictions in the inputs and outputs of a graph. Only the .cpp files of this module
// include this header.
#pragma once

#include <string>
#include <vector>

#include "manifest/entry.h"

namespace onnxhub::onnx_lite {
class GraphProto;
}

namespace onnxhub {

/// Further contradictions of a model are only counted.
inline constexpr std::size_t contradictions_limit = 5;

struct GraphContradictions {
    /// One clause each. Above the limit, the last one is the number of further contradictions.
    std::vector<std::string> reasons;
    /// One clause for each input that occurs more than once; bounded in the same way. The operator
    /// rules find these too.
    std::vector<std::string> repeated_inputs;
    bool concern_ports = false;  ///< if so, the ports are not usable
};

/// `ports` are the ports of `graph`, including inferred shapes. Finds duplicate inputs, ports
/// without a name or type, element types that ONNX does not define, and an empty graph. Names that
/// are not UTF-8 set `concern_ports` but add no reason, since ModelGraph::has_invalid_names reports
/// them. Takes linear time.
GraphContradictions find_contradictions(const onnx_lite::GraphProto& graph, const IoPorts& ports);

}  // namespace onnxhub
