// SPDX-License-Identifier: Apache-2.0
// Two models as one: a preprocessing model in front of a network.
#pragma once

#include <onnx/onnx_pb.h>

#include "base/user_error.h"

namespace onnxhub {

/// The outputs of `preprocessing`, in their order, become the inputs of `network`; inputs and
/// outputs without a partner stay those of the result. Initializers of the network are no inputs,
/// even where IR versions before 4 list them among those.
///
/// As the Python client does it (onnx.hub.load_composite_model): the default domain's opset of the
/// lower model is brought up to the higher by ONNX's version converter, other domains must agree.
/// Then the checks of onnx.compose.merge_models: edges, initializers, value_info, sparse
/// initializers, functions and metadata may not collide, connected ports must agree in type and
/// shape (names of dimensions and unknown ones agree with everything). The result has the higher of
/// the two IR versions, since each allows what the one before does, and passes ONNX's checker.
///
/// Throws UserError, with one line to show, when they can't be composed. libonnx has crashed
/// on crafted models: those of strangers are best composed in a process of its own.
onnx::ModelProto compose_models(onnx::ModelProto preprocessing, onnx::ModelProto network);

}  // namespace onnxhub
