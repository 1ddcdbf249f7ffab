// SPDX-License-Identifier: Apache-2.0
#include "model/shape_inference.h"

#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "model/onnx_tasks.h"
#include "model/onnx_types.h"

namespace onnxhub {
namespace {

/// Adds what the model knows of tensor `name` after inference.
class TensorFinder {
public:
    explicit TensorFinder(const onnx::ModelProto& model) : graph_(model.graph()) {}

    std::optional<onnx::TypeProto> find(const std::string& name) const {
        for (const auto* list : {&graph_.value_info(), &graph_.output(), &graph_.input()}) {
            for (const auto& value : *list) {
                if (value.name() == name && value.has_type()) return value.type();
            }
        }
        for (const auto& tensor : graph_.initializer()) {
            if (tensor.name() != name) continue;
            onnx::TypeProto type;
            type.mutable_tensor_type()->set_elem_type(tensor.data_type());
            auto* shape = type.mutable_tensor_type()->mutable_shape();
            for (const auto dimension : tensor.dims()) {
                shape->add_dim()->set_dim_value(dimension);
            }
            return type;
        }
        return std::nullopt;
    }

private:
    const onnx::GraphProto& graph_;
};

/// Runs inference and gives the outputs and wanted tensors as value_info of a small graph.
onnx::GraphProto infer(const std::string& bytes, const std::vector<std::string>& tensors) {
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes)) throw std::runtime_error("the model can't be parsed");
    onnx::shape_inference::InferShapes(model);
    onnx::GraphProto result;
    const TensorFinder finder(model);
    std::set<std::string> names(tensors.begin(), tensors.end());
    for (const auto& output : model.graph().output()) names.insert(output.name());
    for (const std::string& name : names) {
        const auto type = finder.find(name);
        if (!type) continue;
        auto* value = result.add_value_info();
        value->set_name(name);
        *value->mutable_type() = *type;
    }
    return result;
}

InferredShapes to_shapes(const onnx::GraphProto& graph) {
    InferredShapes inferred;
    for (const auto& value : graph.value_info()) {
        inferred.tensors[value.name()] = {shape_of(value.type()), type_text(value.type())};
    }
    return inferred;
}

/// From what infer_shapes_task() gives; nothing when that is garbled.
std::optional<InferredShapes> parse_shapes(const std::string& answer) {
    onnx::GraphProto graph;
    if (!graph.ParseFromString(answer)) return std::nullopt;
    return to_shapes(graph);
}

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
        if (auto shapes = parse_shapes(std::get<std::string>(result))) return std::move(*shapes);
        return InferenceFailure{true, "its answer is garbled"};
    }

private:
    std::shared_ptr<OnnxWorkers> workers_;
};

}  // namespace

std::string first_line(const char* text) {
    const std::string whole = text;
    return whole.substr(0, whole.find('\n'));
}

std::string infer_shapes_task(const std::string& model, const std::vector<std::string>& tensors) {
    return infer(model, tensors).SerializeAsString();
}

InferenceResult infer_shapes_here(const std::string& model,
                                  const std::vector<std::string>& tensors) {
    try {
        return to_shapes(infer(model, tensors));
    } catch (const std::exception& error) {
        return InferenceFailure{false, first_line(error.what())};
    }
}

std::unique_ptr<ShapeInference> isolated_shape_inference(std::shared_ptr<OnnxWorkers> workers) {
    return std::make_unique<IsolatedShapeInference>(std::move(workers));
}

}  // namespace onnxhub
