// SPDX-License-Identifier: Apache-2.0
// Shape inference without another process, for models that the tests make.
#pragma once

#include "model/shape_inference.h"

namespace onnxhub::test {

InferenceResult infer_shapes_here(const std::string& model,
                                  const std::vector<std::string>& tensors);

}  // namespace onnxhub::test
