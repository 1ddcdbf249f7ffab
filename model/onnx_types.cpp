// SPDX-License-Identifier: Apache-2.0
#include "model/onnx_types.h"

#include "manifest/element_type.h"
#include "model/onnx_messages.pb.h"

namespace onnxhub {
namespace {

/// Types nested deeper than this don't occur; protobuf's own limit is near.
constexpr int type_depth_limit = 64;

std::string element_text(int element_type) {
    return std::string(element_type_name(element_type));
}

std::string nested_type_text(const onnx_lite::TypeProto& type, int depth) {
    using onnx_lite::TypeProto;
    if (depth > type_depth_limit) return "undefined";
    switch (type.value_case()) {
        case TypeProto::kTensorType:
            return "tensor(" + element_text(type.tensor_type().elem_type()) + ")";
        case TypeProto::kSparseTensorType:
            return "sparse_tensor(" + element_text(type.sparse_tensor_type().elem_type()) + ")";
        case TypeProto::kSequenceType:
            return "seq(" + nested_type_text(type.sequence_type().elem_type(), depth + 1) + ")";
        case TypeProto::kOptionalType:
            return "optional(" + nested_type_text(type.optional_type().elem_type(), depth + 1) +
                   ")";
        case TypeProto::kMapType:
            return "map(" + element_text(type.map_type().key_type()) + "," +
                   nested_type_text(type.map_type().value_type(), depth + 1) + ")";
        case TypeProto::kOpaqueType:
            return "opaque(" + type.opaque_type().domain() + "," + type.opaque_type().name() + ")";
        default:
            return "undefined";
    }
}

}  // namespace

std::string type_text(const onnx_lite::TypeProto& type) {
    return nested_type_text(type, 0);
}

bool has_shape(const onnx_lite::TypeProto& type) {
    return type.has_tensor_type() && type.tensor_type().has_shape();
}

Shape shape_of(const onnx_lite::TypeProto& type) {
    Shape shape;
    if (!has_shape(type)) return shape;
    for (const auto& dimension : type.tensor_type().shape().dim()) {
        if (dimension.has_dim_value()) {
            shape.emplace_back(static_cast<std::int64_t>(dimension.dim_value()));
        } else if (dimension.has_dim_param() && !dimension.dim_param().empty()) {
            shape.emplace_back(dimension.dim_param());
        } else {
            shape.emplace_back();
        }
    }
    return shape;
}

}  // namespace onnxhub
