// SPDX-License-Identifier: Apache-2.0
#include "model/worker/infer_shapes.h"

#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <unordered_map>

#include "model/shape_inference.h"

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

bool is_newer(const auto& imports) {
    const auto& known = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
    return std::ranges::any_of(imports, [&](const onnx::OperatorSetIdProto& import) {
        const auto range = known.find(import.domain() == "ai.onnx" ? "" : import.domain());
        return range != known.end() && import.version() > range->second.second;
    });
}

/// libonnx would use an older version of an operator, whose outputs may have other shapes.
bool is_newer_than_libonnx(const onnx::ModelProto& model) {
    return is_newer(model.opset_import()) ||
           std::ranges::any_of(model.functions(), [](const onnx::FunctionProto& function) {
               return is_newer(function.opset_import());
           });
}

}  // namespace

std::string infer_shapes_task(const std::string& bytes, const std::vector<std::string>& tensors) {
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes)) throw std::runtime_error("the model can't be parsed");
    if (is_newer_than_libonnx(model)) throw std::runtime_error(newer_than_inference);
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
    return result.SerializeAsString();
}

}  // namespace onnxhub
