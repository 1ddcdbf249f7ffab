// SPDX-License-Identifier: Apache-2.0
#include "generator/onnx_types.h"

#include <array>
#include <string_view>

namespace onnxhub {
namespace {

/// Types nested deeper than this don't occur; protobuf's own limit is near.
constexpr int type_depth_limit = 64;

/// By onnx.TensorProto.DataType; the numbers go beyond what an older libonnx has names for.
constexpr std::array<std::string_view, 27> element_names{
    "undefined",      "float",    "uint8",        "int8",           "uint16",
    "int16",          "int32",    "int64",        "string",         "bool",
    "float16",        "double",   "uint32",       "uint64",         "complex64",
    "complex128",     "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2",
    "float8e5m2fnuz", "uint4",    "int4",         "float4e2m1",     "float8e8m0",
    "uint2",          "int2"};

std::string element_text(int element_type) {
    const bool is_known =
        element_type >= 0 && element_type < static_cast<int>(element_names.size());
    return std::string(element_names[is_known ? static_cast<std::size_t>(element_type) : 0]);
}

std::string type_text(const onnx::TypeProto& type, int depth) {
    using onnx::TypeProto;
    if (depth > type_depth_limit) return "undefined";
    switch (type.value_case()) {
        case TypeProto::kTensorType:
            return "tensor(" + element_text(type.tensor_type().elem_type()) + ")";
        case TypeProto::kSparseTensorType:
            return "sparse_tensor(" + element_text(type.sparse_tensor_type().elem_type()) + ")";
        case TypeProto::kSequenceType:
            return "seq(" + type_text(type.sequence_type().elem_type(), depth + 1) + ")";
        case TypeProto::kOptionalType:
            return "optional(" + type_text(type.optional_type().elem_type(), depth + 1) + ")";
        case TypeProto::kMapType:
            return "map(" + element_text(type.map_type().key_type()) + "," +
                   type_text(type.map_type().value_type(), depth + 1) + ")";
        case TypeProto::kOpaqueType:
            return "opaque(" + type.opaque_type().domain() + "," + type.opaque_type().name() + ")";
        default:
            return "undefined";
    }
}

}  // namespace

std::string type_text(const onnx::TypeProto& type) {
    return type_text(type, 0);
}

bool has_shape(const onnx::TypeProto& type) {
    return type.has_tensor_type() && type.tensor_type().has_shape();
}

Shape shape_of(const onnx::TypeProto& type) {
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
