// SPDX-License-Identifier: Apache-2.0
// Composes two models into one: a preprocessing model followed by a network.
#pragma once

#include <onnx/onnx_pb.h>

#include "base/user_error.h"

namespace onnxhub {

/// Connects the outputs of `preprocessing`, in order, to the inputs of `network`. Unconnected
/// inputs and outputs become those of the result. Initializers of the network are not inputs, even
/// where IR versions before 4 list them as inputs.
///
/// Works like the Python client (onnx.hub.load_composite_model). ONNX's version converter brings
/// the lower opset of the default domain to the higher one; other domains must agree. Then the
/// checks of onnx.compose.merge_models apply: edges, initializers, value_info, sparse initializers,
/// functions and metadata must not collide, and connected ports must agree in type and shape (named
/// and unknown dimensions agree with everything). The result has the higher of the two IR versions,
/// since each version includes the previous one, and passes ONNX's checker.
///
/// Throws UserError, with one line to show, when the models cannot be composed. libonnx has crashed
/// on crafted models, so untrusted models should be composed in a separate process.
onnx::ModelProto compose_models(onnx::ModelProto preprocessing, onnx::ModelProto network);

}  // namespace onnxhub
