// SPDX-License-Identifier: Apache-2.0
// ONNX shape inference, kept at arm's length: crafted models have crashed it, so it runs in another
// process, and a model that brings that down costs only its own inferred shapes.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "manifest/entry.h"

namespace onnxhub {

struct InferredTensor {
    Shape shape;
    std::string type;  ///< as manifests spell it; "undefined" when unknown
};

/// By tensor name: every graph output inference knows something about, and those tensors that were
/// asked for. Dimensions it doesn't know are unknown.
struct InferredShapes {
    std::map<std::string, InferredTensor> tensors;
};

struct InferenceFailure {
    bool crashed = false;  ///< the process died or ran out of time or memory: worth a diagnostic
    std::string reason;
};

using InferenceResult = std::variant<InferredShapes, InferenceFailure>;

class ShapeInference {
public:
    virtual ~ShapeInference() = default;

    /// `model` is a serialized onnx.ModelProto (OnnxSkeleton::model). Thread-safe.
    virtual InferenceResult infer(const std::string& model,
                                  const std::vector<std::string>& tensors) = 0;
};

/// In this process: for the worker itself, and for models one trusts.
InferenceResult infer_shapes_here(const std::string& model,
                                  const std::vector<std::string>& tensors);

/// Runs `command` (a program and its arguments, which must end up in serve_shape_inference()) when
/// there is something to infer, one process per thread that asks at the same time, and starts
/// another one after a crash. Memory of a worker is limited to 4 GiB, time to 60 s a model.
std::unique_ptr<ShapeInference> isolated_shape_inference(std::vector<std::string> command);

/// The worker's side: answers requests on its standard input, a socket, until that is closed.
/// Returns the exit status.
int serve_shape_inference();

/// The hidden first argument that makes a program a worker.
inline constexpr const char* shape_inference_worker_argument = "--shape-inference-worker";

}  // namespace onnxhub
