// SPDX-License-Identifier: Apache-2.0
// Checks one model by itself: its operators, and by ONNX's own checker.
#pragma once

#include <string>

#include "base/byte_source.h"
#include "model/model_checker.h"
#include "model/operator_report.h"

namespace onnxhub {

struct ModelCheck {
    OperatorReport operators;
    /// Not asked if the operators have errors, since it would only repeat one of them.
    CheckVerdict verdict;
};

/// `checker` may be null. A file that is not a model passes, since another rule reports it. Throws
/// WorkerUnavailable, and UserError when the content cannot be read.
ModelCheck check_model(const ByteSource& content, ModelChecker* checker);

}  // namespace onnxhub
