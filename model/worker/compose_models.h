// SPDX-License-Identifier: Apache-2.0
// Composes a preprocessing model and a network into one model.
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <string>

#include "base/user_error.h"

namespace onnxhub {

/// Connects the outputs of `preprocessing`, in order, to the inputs of `network`. Unconnected
/// inputs and outputs become those of the result. Initializers of the network are not inputs, even
/// where IR versions before 4 list them as inputs.
///
/// As in the Python client (onnx.hub.load_composite_model), ONNX's version converter brings the
/// model with the lower opset of the default domain up to the higher one. Other domains must agree.
/// Then follow the checks of onnx.compose.merge_models: edges, initializers, value_info, sparse
/// initializers, functions and metadata must not collide, and connected ports must agree in type
/// and shape (names of dimensions and unknown ones agree with everything). The result has the
/// higher of the two IR versions, since newer versions allow all that older ones do. It passes
/// ONNX's checker.
///
/// Throws UserError, with one line to show, when the models can't be composed.
onnx::ModelProto compose_models(onnx::ModelProto preprocessing, onnx::ModelProto network);

/// The same with two files, as a serialized onnx.ModelProto. Limits the time
/// and memory of this process from now on; the limit depends on the sizes of the files.
std::string compose_model_files_here(const std::filesystem::path& preprocessing,
                                     const std::filesystem::path& network);

}  // namespace onnxhub
