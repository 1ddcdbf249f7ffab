// SPDX-License-Identifier: Apache-2.0
// What a worker does, in its own process: the other ends of shape_inference.h and model_checker.h.
#pragma once

#include <string>
#include <vector>

namespace onnxhub {

/// A serialized onnx.GraphProto whose value_info are the outputs and those of `tensors` that
/// inference knows something about. Throws what libonnx throws.
std::string infer_shapes_task(const std::string& model, const std::vector<std::string>& tensors);

/// The outcome's number (CheckOutcome) and, after a space, a message.
std::string check_model_task(const std::string& model);

/// The first line of what libonnx says: it goes on about the node at length.
std::string first_line(const char* text);

}  // namespace onnxhub
