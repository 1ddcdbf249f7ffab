// SPDX-License-Identifier: Apache-2.0
// Models with the structure of real networks, of a chosen size: nodes, names, attributes and the
// mixture of large and small tensors. The weights are zeros.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace onnxhub::test {

enum class Network {
    resnet,  ///< 53 convolutions with batch normalization: 267 initializers
    bert,    ///< 12 layers of a transformer: 200 initializers, shapes computed by Constant nodes
    yolo,    ///< 60 convolutions with bias, Resize, Concat and three outputs: 129 initializers
};

/// Of about `size_mib` MiB.
onnx::ModelProto make_network(Network network, std::size_t size_mib);

/// Tensors in the model, in nodes too, whose data have more than 4 KiB.
std::size_t large_payloads(const onnx::ModelProto& model);

}  // namespace onnxhub::test
