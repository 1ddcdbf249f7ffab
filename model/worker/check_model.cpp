// SPDX-License-Identifier: Apache-2.0
#include "model/worker/check_model.h"

#include <onnx/checker.h>
#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>

#include "model/model_checker.h"
#include "model/onnx_skeleton.h"
#include "model/worker/first_line.h"

namespace onnxhub {
namespace {

/// Why this build's libonnx can't check the model; nothing when it can.
std::optional<std::string> newer_than_checker(const onnx::ModelProto& model) {
    if (model.ir_version() > onnx::Version::IR_VERSION) {
        return "IR version " + std::to_string(model.ir_version()) +
               " is newer than the checker's " + std::to_string(onnx::Version::IR_VERSION);
    }
    const auto& known = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
    for (const auto& import : model.opset_import()) {
        const auto range = known.find(import.domain() == "ai.onnx" ? "" : import.domain());
        if (range == known.end() || import.version() <= range->second.second) continue;
        return "opset " + std::to_string(import.version()) + " of the domain \"" + import.domain() +
               "\" is newer than the checker's " + std::to_string(range->second.second);
    }
    return std::nullopt;
}

bool has_payload(const onnx::TensorProto& tensor) {
    return tensor.has_raw_data() || tensor.float_data_size() > 0 || tensor.int32_data_size() > 0 ||
           tensor.string_data_size() > 0 || tensor.int64_data_size() > 0 ||
           tensor.double_data_size() > 0 || tensor.uint64_data_size() > 0;
}

/// Whether the skeleton may have skipped the payload. Except for strings, an element takes at most
/// 16 bytes (complex128).
bool may_be_stepped_over(const onnx::TensorProto& tensor) {
    if (tensor.data_type() == onnx::TensorProto::STRING) return true;
    const std::uint64_t limit = skeleton_payload_limit_of(tensor.data_type());
    std::uint64_t elements = 1;
    for (const std::int64_t dimension : tensor.dims()) {
        if (dimension <= 0) return false;
        if (elements >= limit) return true;
        elements *= static_cast<std::uint64_t>(dimension);
    }
    return elements >= limit / 16;
}

void empty(onnx::TensorProto& tensor) {
    onnx::TensorProto emptied;
    emptied.set_name(tensor.name());
    emptied.set_data_type(tensor.data_type());
    emptied.add_dims(0);
    tensor = std::move(emptied);
}

/// The checker requires payloads that the skeleton does not have, and would open external files by
/// paths from the model. So these tensors become empty, which the checker accepts.
void complete(onnx::TensorProto& tensor) {
    const bool is_external = tensor.data_location() == onnx::TensorProto::EXTERNAL;
    if (is_external || (!has_payload(tensor) && may_be_stepped_over(tensor))) empty(tensor);
}

void complete(onnx::SparseTensorProto& tensor) {
    const auto lacks = [](const onnx::TensorProto& part) {
        return !has_payload(part) && may_be_stepped_over(part);
    };
    if (!lacks(tensor.values()) && !lacks(tensor.indices())) return;
    empty(*tensor.mutable_values());
    empty(*tensor.mutable_indices());
}

void complete(onnx::GraphProto& graph);

void complete(onnx::NodeProto& node) {
    for (auto& attribute : *node.mutable_attribute()) {
        if (attribute.has_t()) complete(*attribute.mutable_t());
        if (attribute.has_g()) complete(*attribute.mutable_g());
        if (attribute.has_sparse_tensor()) complete(*attribute.mutable_sparse_tensor());
        for (auto& tensor : *attribute.mutable_tensors()) complete(tensor);
        for (auto& tensor : *attribute.mutable_sparse_tensors()) complete(tensor);
        for (auto& graph : *attribute.mutable_graphs()) complete(graph);
    }
}

void complete(onnx::GraphProto& graph) {
    for (auto& tensor : *graph.mutable_initializer()) complete(tensor);
    for (auto& tensor : *graph.mutable_sparse_initializer()) complete(tensor);
    for (auto& node : *graph.mutable_node()) complete(node);
}

CheckVerdict check_here(const std::string& bytes) {
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes)) throw std::runtime_error("the model can't be parsed");
    if (auto reason = newer_than_checker(model)) {
        return {CheckOutcome::too_new, std::move(*reason)};
    }
    complete(*model.mutable_graph());
    for (auto& function : *model.mutable_functions()) {
        for (auto& node : *function.mutable_node()) complete(node);
    }
    try {
        onnx::checker::check_model(model);
    } catch (const onnx::checker::ValidationError& error) {
        return {CheckOutcome::failed, first_line(error.what())};
    }
    return {};
}

}  // namespace

std::string check_model_task(const std::string& model) {
    const CheckVerdict verdict = check_here(model);
    return std::to_string(static_cast<int>(verdict.outcome)) + ' ' + verdict.message;
}

}  // namespace onnxhub
