// SPDX-License-Identifier: Apache-2.0
// What a graph states about its inputs and outputs that can't be true. Only the .cpp files of this
// module include this header.
#pragma once

#include <string>
#include <vector>

#include "manifest/entry.h"

namespace onnxhub::onnx_lite {
class GraphProto;
}

namespace onnxhub {

/// More of one model are only counted.
inline constexpr std::size_t contradictions_limit = 5;

struct GraphContradictions {
    /// One clause each, the last of them a count where there are more than the limit.
    std::vector<std::string> reasons;
    bool concern_ports = false;  ///< then no reader can use the ports
};

/// `ports` are those read of `graph`, with what shape inference found. Looks for inputs that are
/// there twice, ports without a name or type, element types that ONNX does not define, and a graph
/// that computes nothing. Names that are not UTF-8 have no reason here (ModelGraph has a flag of
/// its own for all names), but concern ports. Linear in inputs and outputs.
GraphContradictions find_contradictions(const onnx_lite::GraphProto& graph, const IoPorts& ports);

}  // namespace onnxhub
