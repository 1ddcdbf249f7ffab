// SPDX-License-Identifier: Apache-2.0
// Shape inference as commands use it: answers of earlier runs are kept.
#pragma once

#include <memory>

#include "model/shape_inference.h"

namespace onnxhub {

/// Answers are kept in `inferred-shapes` of the user's state folder; without one, nothing is kept.
std::unique_ptr<ShapeInference> kept_shape_inference(std::shared_ptr<OnnxWorkers> workers);

}  // namespace onnxhub
