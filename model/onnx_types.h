// SPDX-License-Identifier: Apache-2.0
// ONNX types as manifests spell them. Only the .cpp files of this module include this header.
#pragma once

#include <string>

#include "manifest/entry.h"

namespace onnxhub::onnx_lite {
class TypeProto;
}

namespace onnxhub {

/// "tensor(float)", "seq(map(int64,tensor(float)))": ONNX Runtime's spelling.
std::string type_text(const onnx_lite::TypeProto& type);

/// Dimensions of a tensor type; empty without a shape and for all other types.
Shape shape_of(const onnx_lite::TypeProto& type);

/// Whether a tensor type has a shape, even one without dimensions.
bool has_shape(const onnx_lite::TypeProto& type);

}  // namespace onnxhub
