// SPDX-License-Identifier: Apache-2.0
// ONNX's checker, in another process.
#pragma once

#include <memory>
#include <string>

#include "model/onnx_worker.h"

namespace onnxhub {

enum class CheckOutcome {
    passed,
    failed,   ///< breaks ONNX's rules; the message says how
    too_new,  ///< its IR version or an opset is newer than the checker supports
    crashed,  ///< the checker crashed or took too long
};

struct CheckVerdict {
    CheckOutcome outcome = CheckOutcome::passed;
    std::string message;  ///< one clause; empty when it passed

    bool operator==(const CheckVerdict&) const = default;
};

class ModelChecker {
public:
    virtual ~ModelChecker() = default;

    /// `model` is a serialized onnx.ModelProto (OnnxSkeleton::model). Throws WorkerUnavailable.
    /// Thread-safe.
    virtual CheckVerdict check(const std::string& model) = 0;
};

std::unique_ptr<ModelChecker> isolated_model_checker(std::shared_ptr<OnnxWorkers> workers);

}  // namespace onnxhub
