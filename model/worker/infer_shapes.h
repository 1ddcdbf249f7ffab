// SPDX-License-Identifier: Apache-2.0
// The worker's side of shape_inference.h.
#pragma once

#include <string>
#include <vector>

namespace onnxhub {

/// Returns a serialized onnx.GraphProto. Its value_info are the outputs and `tensors` for which
/// inference has a result. `bytes` is a serialized onnx.ModelProto. Throws what libonnx
/// throws.
std::string infer_shapes_task(const std::string& bytes, const std::vector<std::string>& tensors);

}  // namespace onnxhub
