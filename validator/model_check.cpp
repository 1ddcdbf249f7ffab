// SPDX-License-Identifier: Apache-2.0
#include "validator/model_check.h"

#include <variant>

#include "model/onnx_skeleton.h"
#include "model/operator_check.h"

namespace onnxhub {

ModelCheck check_model(const ByteSource& content, ModelChecker* checker) {
    ModelCheck check;
    const auto read = read_skeleton(content);
    const auto* skeleton = std::get_if<OnnxSkeleton>(&read);
    if (!skeleton) return check;
    if (skeleton->is_cut_at_depth) {
        check.verdict = {CheckOutcome::too_new, "subgraphs are nested too deeply"};
        return check;
    }
    check.operators = check_operators(*skeleton);
    if (checker && !check.operators.has_errors()) check.verdict = checker->check(skeleton->model);
    return check;
}

}  // namespace onnxhub
