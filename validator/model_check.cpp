// SPDX-License-Identifier: Apache-2.0
#include "validator/model_check.h"

#include <utility>
#include <variant>

#include "model/operator_check.h"

namespace onnxhub {

ModelCheck check_model(const ByteSource& content, ModelChecker* checker) {
    ModelCheck check;
    auto read = read_skeleton(content);
    if (auto* error = std::get_if<SkeletonError>(&read)) {
        check.unreadable = std::move(*error);
        return check;
    }
    const auto& skeleton = std::get<OnnxSkeleton>(read);
    if (skeleton.is_cut_at_depth) {
        check.verdict = {CheckOutcome::too_new, "subgraphs are nested too deeply"};
        return check;
    }
    check.operators = check_operators(skeleton);
    if (checker && !check.operators.first_error()) check.verdict = checker->check(skeleton.model);
    return check;
}

}  // namespace onnxhub
