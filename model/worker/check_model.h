// SPDX-License-Identifier: Apache-2.0
// The worker's side of model_checker.h.
#pragma once

#include <string>

namespace onnxhub {

/// The number of a CheckOutcome and, after a space, a message. `model` is a serialized
/// onnx.ModelProto. Throws what libonnx throws.
std::string check_model_task(const std::string& model);

}  // namespace onnxhub
