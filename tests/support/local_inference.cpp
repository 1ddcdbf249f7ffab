// SPDX-License-Identifier: Apache-2.0
#include "tests/support/local_inference.h"

#include "model/worker/first_line.h"
#include "model/worker/infer_shapes.h"

namespace onnxhub::test {

InferenceResult infer_shapes_here(const std::string& model,
                                  const std::vector<std::string>& tensors) {
    try {
        return parse_inferred_shapes(infer_shapes_task(model, tensors)).value();
    } catch (const std::exception& error) {
        return InferenceFailure{false, first_line(error.what())};
    }
}

}  // namespace onnxhub::test
