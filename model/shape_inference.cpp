// SPDX-License-Identifier: Apache-2.0
#include "model/shape_inference.h"

#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "model/onnx_tasks.h"
#include "model/onnx_types.h"

namespace onnxhub {
namespace {

/// What the model knows of its tensors after inference, by name.
class TensorFinder {
public:
    explicit TensorFinder(const onnx::ModelProto& model) {
        const onnx::GraphProto& graph = model.graph();
        for (const auto* list : {&graph.value_info(), &graph.output(), &graph.input()}) {
            for (const auto& value : *list) {
                if (value.has_type()) types_.try_emplace(value.name(), &value.type());
            }
        }
        for (const auto& tensor : graph.initializer()) {
            initializers_.try_emplace(tensor.name(), &tensor);
        }
    }

    std::optional<onnx::TypeProto> find(const std::string& name) const {
        if (const auto type = types_.find(name); type != types_.end()) return *type->second;
        const auto tensor = initializers_.find(name);
        if (tensor == initializers_.end()) return std::nullopt;
        onnx::TypeProto type;
        type.mutable_tensor_type()->set_elem_type(tensor->second->data_type());
        auto* shape = type.mutable_tensor_type()->mutable_shape();
        for (const auto dimension : tensor->second->dims()) {
            shape->add_dim()->set_dim_value(dimension);
        }
        return type;
    }

private:
    std::unordered_map<std::string_view, const onnx::TypeProto*> types_;
    std::unordered_map<std::string_view, const onnx::TensorProto*> initializers_;
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
