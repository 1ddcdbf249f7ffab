// SPDX-License-Identifier: Apache-2.0
// Checks one model by itself: its operators, and by ONNX's own checker.
#pragma once

#include <optional>

#include "base/byte_source.h"
#include "model/model_checker.h"
#include "model/onnx_skeleton.h"
#include "model/operator_report.h"

namespace onnxhub {

struct ModelCheck {
    std::optional<SkeletonError> unreadable;  ///< the content is not a model; nothing else is known
    OperatorReport operators;
    /// Not asked if the operators have errors, since it would only repeat one of them.
    CheckVerdict verdict;
};

/// `checker` may be null. Throws WorkerUnavailable, and UserError when the content cannot be read.
ModelCheck check_model(const ByteSource& content, ModelChecker* checker);

}  // namespace onnxhub
