// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace onnxhub {

/// What is read of a model without its weights.
enum class PeekDepth {
    opset,  ///< the opsets alone
    graph,  ///< everything that describes the model
};

}  // namespace onnxhub
