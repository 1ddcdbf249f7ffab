// SPDX-License-Identifier: Apache-2.0
#include "model/shape_inference.h"

#include <utility>

#include "model/onnx_messages.pb.h"
#include "model/onnx_types.h"

namespace onnxhub {
namespace {

class IsolatedShapeInference : public ShapeInference {
public:
    explicit IsolatedShapeInference(std::shared_ptr<OnnxWorkers> workers)
        : workers_(std::move(workers)) {}

    InferenceResult infer(const std::string& model,
                          const std::vector<std::string>& tensors) override {
        WorkerResult result = workers_->run(OnnxTask::infer_shapes, model, tensors);
        if (auto* failure = std::get_if<WorkerFailure>(&result)) {
            return InferenceFailure{failure->crashed, std::move(failure->reason)};
        }
        if (auto shapes = parse_inferred_shapes(std::get<std::string>(result)))
            return std::move(*shapes);
        return InferenceFailure{true, "its answer is malformed"};
    }

private:
    std::shared_ptr<OnnxWorkers> workers_;
};

}  // namespace

std::optional<InferredShapes> parse_inferred_shapes(const std::string& answer) {
    onnx_lite::GraphProto graph;
    if (!graph.ParseFromString(answer)) return std::nullopt;
    InferredShapes inferred;
    for (const auto& value : graph.value_info()) {
        inferred.tensors[value.name()] = {shape_of(value.type()), type_text(value.type())};
    }
    return inferred;
}

std::unique_ptr<ShapeInference> isolated_shape_inference(std::shared_ptr<OnnxWorkers> workers) {
    return std::make_unique<IsolatedShapeInference>(std::move(workers));
}

}  // namespace onnxhub
