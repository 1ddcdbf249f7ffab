// SPDX-License-Identifier: Apache-2.0
// ONNX shape inference, in another process. When a model crashes it, only the inferred shapes of
// this model are lost.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "manifest/entry.h"
#include "model/onnx_worker.h"

namespace onnxhub {

struct InferredTensor {
    Shape shape;
    std::string type;  ///< as manifests spell it; "undefined" when unknown
};

/// The reason of a failure for models of opsets that libonnx does not know.
inline constexpr char newer_than_inference[] = "an opset is newer than libonnx";

/// By tensor name: the graph outputs that inference has a result for, and the requested tensors.
/// Dimensions without a result are unknown.
struct InferredShapes {
    std::map<std::string, InferredTensor> tensors;
};

struct InferenceFailure {
    bool crashed =
        false;  ///< the process died or ran out of time or memory; reported as a diagnostic
    std::string reason;
};

using InferenceResult = std::variant<InferredShapes, InferenceFailure>;

class ShapeInference {
public:
    virtual ~ShapeInference() = default;

    /// `model` is a serialized onnx.ModelProto (OnnxSkeleton::model). Throws WorkerUnavailable.
    /// Thread-safe.
    virtual InferenceResult infer(const std::string& model,
                                  const std::vector<std::string>& tensors) = 0;
};

/// Reads the answer to OnnxTask::infer_shapes. Nothing when it is malformed.
std::optional<InferredShapes> parse_inferred_shapes(const std::string& answer);

/// Above this number of kept answers, the oldest ones are removed.
inline constexpr std::size_t kept_inferences = 20'000;

/// Runs inference in workers (see onnx_worker.h). Answers for the same model, tensors, worker and
/// libonnx are kept in `answers`, if given, so that no worker starts for a model that did not
/// change. Failures are not kept.
std::unique_ptr<ShapeInference> isolated_shape_inference(
    std::shared_ptr<OnnxWorkers> workers, std::optional<std::filesystem::path> answers = {});

}  // namespace onnxhub
