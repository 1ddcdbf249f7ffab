// SPDX-License-Identifier: Apache-2.0
#include "cli/kept_inference.h"

#include <utility>

#include "base/environment.h"

namespace onnxhub {

std::unique_ptr<ShapeInference> kept_shape_inference(std::shared_ptr<OnnxWorkers> workers) {
    auto folder = default_state_folder(process_environment);
    if (folder) *folder /= "inferred-shapes";
    return isolated_shape_inference(std::move(workers), std::move(folder));
}

}  // namespace onnxhub
